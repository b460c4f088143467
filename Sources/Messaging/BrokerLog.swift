import AMQP
import Logging
import Synchronization

/// What a connection's events have told; copies of a log share it.
private final class Told: Sendable {
    /// How often the connection was lost.
    let losses = Atomic(0)
    /// Why the broker takes no messages.
    let alarm = Mutex<String?>(nil)
    /// Whether the last that was heard of the connection is that it stands.
    let isConnected = Atomic(false)
}

/// Log lines about a connection to the broker.
struct BrokerLog: Sendable {
    private let logger: Logger
    private let told = Told()

    /// How often the connection was lost, or could not be made.
    var losses: Int { told.losses.load(ordering: .relaxed) }

    /// Why the broker takes no messages; `nil` when it takes them, as far as it has said.
    var alarm: String? { told.alarm.withLock(\.self) }

    /// Whether there is a connection now.
    var isConnected: Bool { told.isConnected.load(ordering: .relaxed) }

    /// `role` tells connections of one process apart: `publisher`, `tasks`, `events`.
    init(_ logger: Logger, role: String) {
        var logger = logger
        logger[metadataKey: "amqp_role"] = "\(role)"
        self.logger = logger
    }

    func record(_ event: AMQPEvent) {
        switch event {
        case .connected(let generation):
            told.alarm.withLock { $0 = nil }
            told.isConnected.store(true, ordering: .relaxed)
            logger.info("connected to the broker", metadata: ["generation": "\(generation)"])
        case .lost(let error, let pause):
            told.losses.add(1, ordering: .relaxed)
            told.isConnected.store(false, ordering: .relaxed)
            logger.warning(
                "no connection to the broker, trying again",
                metadata: ["error": "\(error)", "pause": "\(pause)"]
            )
        case .blocked(let reason):
            told.alarm.withLock { $0 = reason }
            logger.warning("the broker takes no messages", metadata: ["reason": "\(reason)"])
        case .unblocked:
            told.alarm.withLock { $0 = nil }
            logger.info("the broker takes messages again")
        case .cancelledByBroker(let queue):
            logger.warning("the broker cancelled a consumer", metadata: ["queue": "\(queue)"])
        case .staleSettlement(let receipt):
            logger.info("a settlement came too late", metadata: ["receipt": "\(receipt)"])
        }
    }

    /// What anybody can cause as often as he likes, and is done without.
    func ignored(_ what: Logger.Message, _ error: any Error) {
        logger.debug(what, metadata: ["error": "\(error)"])
    }

    func failed(_ what: Logger.Message, _ error: any Error) {
        logger.warning(what, metadata: ["error": "\(error)"])
    }
}
