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
}
