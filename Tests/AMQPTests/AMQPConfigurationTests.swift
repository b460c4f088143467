import Endpoints
import Testing

@testable import AMQP

@Suite("The configuration of a connection")
struct AMQPConfigurationTests {
    @Test("an amqps URL is verified, with the authorities its query names")
    func amqps() throws {
        let configuration = try AMQPConfiguration(
            url: "amqps://u:p@broker.example/fleet?cacertfile=/etc/ca.pem"
        )
        #expect(configuration.security == .verified(authorityFile: "/etc/ca.pem"))
        #expect(configuration.port == 5_671)
        #expect(configuration.virtualHost == "fleet")
        #expect(configuration.heartbeat == .seconds(20))
    }

    @Test("plaintext to another machine is refused unless it is allowed")
    func plaintext() throws {
        #expect(throws: EndpointError.self) {
            try AMQPConfiguration(url: "amqp://u:p@broker.example")
        }
        let allowed = try AMQPConfiguration(url: "amqp://u:p@broker.example", allowsPlaintext: true)
        #expect(allowed.security == .plaintext)
    }

    @Test("plaintext to this machine is allowed; the virtual host is `/` unless said")
    func loopback() throws {
        let configuration = try AMQPConfiguration(url: "amqp://127.0.0.1")
        #expect(configuration.port == 5_672)
        #expect(configuration.virtualHost == "/")
    }

    @Test("another scheme is refused by name")
    func scheme() {
        let error = #expect(throws: EndpointError.self) {
            try AMQPConfiguration(url: "redis://127.0.0.1")
        }
        #expect(error?.description.contains("`redis`") == true)
    }

    @Test(
        "a parameter that nothing reads is refused, and those that are read are named",
        arguments: [
            ("amqps://u:pw@broker.example?cacertfle=/etc/ca.pem", "`cacertfle`", "`cacertfile`"),
            ("amqps://u:pw@broker.example?verify=verify_none", "`verify`", "`keyfile`"),
            ("amqp://u:pw@127.0.0.1?heartbeat=5", "`heartbeat`", "none"),
        ]
    )
    func unknownParameters(_ url: String, name: String, known: String) {
        let error = #expect(throws: EndpointError.self) { try AMQPConfiguration(url: url) }
        #expect(error?.description.contains("unknown parameter \(name)") == true)
        #expect(error?.description.contains(known) == true)
        #expect(error?.description.contains("pw") == false)
    }
}
