import AMQP
import Logging
import Synchronization

/// Counts lost connections; copies of a log share it.
private final class LossCount: Sendable {
    let value = Atomic(0)
}

/// Log lines about a connection to the broker.
struct BrokerLog: Sendable {
    private let logger: Logger
    private let lossCount = LossCount()

    /// How often the connection was lost, or could not be made.
    var losses: Int { lossCount.value.load(ordering: .relaxed) }

    /// `role` tells connections of one process apart: `publisher`, `tasks`, `events`.
    init(_ logger: Logger, role: String) {
        var logger = logger
        logger[metadataKey: "amqp_role"] = "\(role)"
        self.logger = logger
    }

    func record(_ event: AMQPEvent) {
        switch event {
        case .connected(let generation):
            logger.info("connected to the broker", metadata: ["generation": "\(generation)"])
        case .lost(let error, let pause):
            lossCount.value.add(1, ordering: .relaxed)
            logger.warning(
                "no connection to the broker, trying again",
                metadata: ["error": "\(error)", "pause": "\(pause)"]
            )
        case .blocked(let reason):
            logger.warning("the broker takes no messages", metadata: ["reason": "\(reason)"])
        case .unblocked:
            logger.info("the broker takes messages again")
        case .cancelledByBroker(let queue):
            logger.warning("the broker cancelled a consumer", metadata: ["queue": "\(queue)"])
        case .staleSettlement(let receipt):
            logger.info("a settlement came too late", metadata: ["receipt": "\(receipt)"])
        }
    }

    func failed(_ what: Logger.Message, _ error: any Error) {
        logger.warning(what, metadata: ["error": "\(error)"])
    }
}
