import AMQP
import Endpoints
import TestSupport
import Testing

@Suite("A connection to a real broker")
struct AMQPConnectionTests {
    @Test("a declared queue is found again, bound, filled, purged and deleted")
    func queues() async throws {
        let connection = try await Broker.connect()
        let name = try await Broker.uniqueName()
        let declared = try await connection.declareQueue(
            name,
            arguments: ["x-queue-type": "quorum", "x-delivery-limit": 3]
        )
        #expect(declared.name == name)
        #expect(declared.messageCount == 0)
        #expect(declared.consumerCount == 0)
        try await connection.declareExchange(name, kind: .fanout)
        try await connection.bind(queue: name, to: name)
        let publisher = try await AMQPPublisher.connect(to: Broker.configuration())
        try await publisher.publish([AMQPMessage(exchange: name, routingKey: "", body: [1])])
        await publisher.close()
        await eventually("the message is counted") {
            try await connection.queueState(name)?.messageCount == 1
        }
        #expect(try await connection.purge(name) == 1)
        try await connection.deleteExchange(name)
        #expect(try await connection.deleteQueue(name) == 0)
        #expect(try await connection.queueState(name) == nil)
        await connection.close()
    }

    @Test("a refusal names its reply code and leaves the connection usable")
    func refusal() async throws {
        try await Broker.withQueue { name, connection in
            let error = await amqpError {
                try await connection.declareQueue(name, arguments: ["x-max-length": 5])
            }
            #expect(error?.code == .refused(replyCode: 406))
            #expect(error?.isRetryable == false)
            #expect(error?.message.contains("`\(name)`") == true)
            let state = try await connection.queueState(name)
            #expect(state?.name == name)
        }
    }

    @Test("a queue without a name gets one from the broker")
    func serverNamed() async throws {
        let connection = try await Broker.connect()
        let queue = try await connection.declareQueue(
            isDurable: false,
            isExclusive: true,
            isAutoDelete: true
        )
        #expect(queue.name.hasPrefix("amq.gen"))
        await connection.close()
    }

    @Test("a closed connection says so")
    func closed() async throws {
        let connection = try await Broker.connect()
        await connection.close()
        let error = await amqpError { _ = try await connection.queueState("q") }
        #expect(error?.code == .closed)
    }

    @Test("an idle connection lives through many heartbeats")
    func heartbeats() async throws {
        var configuration = try await Broker.configuration()
        configuration.heartbeat = .seconds(1)
        let connection = try await AMQPConnection.connect(to: configuration)
        try await Task.sleep(for: .seconds(4))
        #expect(try await connection.queueState("no-such-queue") == nil)
        await connection.close()
    }
}

@Suite("A connection that cannot be made")
struct RefusedConnectionTests {
    /// The error of connecting to the real broker with a changed URL.
    private func error(_ change: (inout ConnectionURL) -> Void) async throws -> AMQPError? {
        var url = try ConnectionURL(await Broker.url())
        change(&url)
        let configuration = try AMQPConfiguration(url: url, allowsPlaintext: true)
        return await amqpError { _ = try await AMQPConnection.connect(to: configuration) }
    }

    @Test("a port nobody listens on is `connectionRefused`")
    func port() async throws {
        let error = try await error { $0.port = 1 }
        #expect(error?.code == .connectionRefused)
        #expect(error?.isRetryable == true)
    }

    @Test("a wrong password is `accessRefused`, and is not shown")
    func password() async throws {
        let error = try await error { $0.password = Secret("hunter2") }
        #expect(error?.code == .accessRefused)
        #expect(error?.isRetryable == false)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("an unknown virtual host is `virtualHostRefused`")
    func virtualHost() async throws {
        let error = try await error { $0.path = "no-such-host" }
        #expect(error?.code == .virtualHostRefused)
        #expect(error?.message.contains("no-such-host") == true)
    }

    @Test("a host without an address is `hostUnknown`")
    func host() async throws {
        let error = try await error { $0.host = "broker.invalid" }
        #expect(error?.code == .hostUnknown)
    }

    @Test("a publisher repeats what may succeed later, until its deadline")
    func deadline() async throws {
        var url = try ConnectionURL(await Broker.url())
        url.port = 1
        var configuration = try AMQPConfiguration(url: url)
        configuration.connectDeadline = .milliseconds(500)
        let log = EventLog()
        let error = await amqpError {
            _ = try await AMQPPublisher.connect(to: configuration, onEvent: log.record)
        }
        #expect(error?.code == .connectionRefused)
        await eventually("its attempts are told") { await log.events.count >= 2 }
    }
}

@Suite("TLS to a real broker")
struct TLSTests {
    private func connect(host: String, authorityFile: (SecuredServers) -> String) async throws {
        let tls = try await Broker.tls()
        var url = try ConnectionURL(tls.amqpsURL(host: host))
        url.query["cacertfile"] = authorityFile(tls)
        let connection = try await AMQPConnection.connect(to: AMQPConfiguration(url: url))
        #expect(try await connection.queueState("no-such-queue") == nil)
        await connection.close()
    }

    @Test("the right certificate from a trusted authority connects")
    func right() async throws {
        try await connect(host: "localhost", authorityFile: \.caFile)
    }

    @Test("another host's certificate is refused")
    func wrongHost() async throws {
        let error = await amqpError {
            try await connect(host: "127.0.0.1", authorityFile: \.caFile)
        }
        #expect(error?.code == .tlsRefused)
        #expect(error?.message.contains("`127.0.0.1`") == true)
        #expect(error?.isRetryable == false)
    }

    @Test("a certificate from an unknown authority is refused")
    func unknownAuthority() async throws {
        let error = await amqpError {
            try await connect(host: "localhost", authorityFile: \.otherCAFile)
        }
        #expect(error?.code == .tlsRefused)
    }

    @Test("the system's authorities do not know the test's")
    func systemAuthorities() async throws {
        let tls = try await Broker.tls()
        var url = try ConnectionURL(tls.amqpsURL())
        url.query = [:]
        let configuration = try AMQPConfiguration(url: url)
        let error = await amqpError { _ = try await AMQPConnection.connect(to: configuration) }
        #expect(error?.code == .tlsRefused)
    }

    @Test("a missing file of authorities is named")
    func missingFile() async throws {
        let error = await amqpError {
            try await connect(host: "localhost", authorityFile: { _ in "/no/such/file.pem" })
        }
        #expect(error?.code == .tlsRefused)
        #expect(error?.message.contains("`/no/such/file.pem`") == true)
    }
}
