import AMQP
import Endpoints
import Loopback

/// The real broker behind a proxy that can fail.
struct ProxiedBroker {
    let proxy: FaultProxy
    let configuration: AMQPConfiguration

    static func start() async throws -> ProxiedBroker {
        let real = try ConnectionURL(await Broker.url())
        let proxy = try FaultProxy(to: real.port ?? 5_672)
        let user = real.user ?? "guest"
        let password = real.password?.revealed ?? "guest"
        var configuration = try AMQPConfiguration(
            url: "amqp://\(user):\(password)@127.0.0.1:\(proxy.port)/\(real.path)"
        )
        configuration.heartbeat = .seconds(2)
        configuration.attemptTimeout = .seconds(3)
        return ProxiedBroker(proxy: proxy, configuration: configuration)
    }

    /// `connection.blocked` (10, 60) on channel 0.
    func block(reason: String) {
        let payload = [0, 10, 0, 60, UInt8(reason.utf8.count)] + Array(reason.utf8)
        proxy.inject(Self.methodFrame(payload))
    }

    /// `connection.unblocked` (10, 61) on channel 0.
    func unblock() {
        proxy.inject(Self.methodFrame([0, 10, 0, 61]))
    }

    /// `connection.close` (10, 50) on channel 0, as a broker that shuts down sends it.
    func closeConnection() {
        proxy.inject(Self.methodFrame([0, 10, 0, 50] + Self.reason(320, "CONNECTION_FORCED")))
    }

    /// `channel.close` (20, 40) on channel 1, as after `consumer_timeout`.
    func closeChannel() {
        let payload = [0, 20, 0, 40] + Self.reason(406, "PRECONDITION_FAILED")
        proxy.inject(Self.methodFrame(payload, channel: 1))
    }

    /// Reply code, reply text, and the method to blame: none.
    private static func reason(_ code: UInt16, _ text: String) -> [UInt8] {
        [UInt8(code >> 8), UInt8(code & 255), UInt8(text.utf8.count)] + Array(text.utf8)
            + [0, 0, 0, 0]
    }

    private static func methodFrame(_ payload: [UInt8], channel: UInt8 = 0) -> [UInt8] {
        [1, 0, channel, 0, 0, 0, UInt8(payload.count)] + payload + [206]
    }
}
