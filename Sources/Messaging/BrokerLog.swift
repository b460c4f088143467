import AMQP
import Logging

/// Log lines about a connection to the broker.
struct BrokerLog: Sendable {
    private let logger: Logger

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
