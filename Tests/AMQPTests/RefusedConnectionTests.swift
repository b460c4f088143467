import AMQP
import Endpoints
import TestSupport
import Testing

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

    /// A name that is none is refused without asking a name server, which need not be there.
    @Test("a host without an address is `hostUnknown`")
    func host() async throws {
        let error = try await error { $0.host = "no..such.host" }
        #expect(error?.code == .hostUnknown)
    }

    @Test("a publisher repeats what may succeed later, until its deadline")
    func deadline() async throws {
        var url = try ConnectionURL(await Broker.url())
        url.port = 1
        var configuration = try AMQPConfiguration(url: url)
        configuration.connectDeadline = .seconds(3)
        let log = EventLog()
        let error = await amqpError {
            _ = try await AMQPPublisher.connect(to: configuration, onEvent: log.record)
        }
        #expect(error?.code == .connectionRefused)
        await eventually("its attempts are told") { await log.events.count >= 2 }
    }
}
