import AMQP
import Endpoints

/// The real broker behind a proxy that can fail.
struct ProxiedBroker {
    let proxy: FaultyProxy
    let configuration: AMQPConfiguration

    static func start() async throws -> ProxiedBroker {
        let real = try ConnectionURL(await Broker.url())
        let proxy = FaultyProxy(to: real.port ?? 5_672)
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

    private static func methodFrame(_ payload: [UInt8]) -> [UInt8] {
        [1, 0, 0, 0, 0, 0, UInt8(payload.count)] + payload + [206]
    }
}
