public import AMQP

/// How much is in a queue.
public struct QueueDepth: Sendable, Hashable {
    /// Messages that no consumer has yet.
    public let ready: Int
    /// Consumers.
    public let consumers: Int

    /// Creates a depth.
    public init(ready: Int, consumers: Int) {
        self.ready = ready
        self.consumers = consumers
    }
}

extension Topology {
    /// The depths of the queues of some pools and of the dead letters; queues that do not exist are
    /// left out.
    public func queueDepths(
        pools: [String],
        configuration: AMQPConfiguration
    ) async throws -> [String: QueueDepth] {
        try await depths(of: queues(pools: pools), configuration: configuration)
    }

    /// How many tasks of each pool no consumer has.
    func waiting(pools: [String], configuration: AMQPConfiguration) async throws -> [String: Int] {
        let queues = pools.map { taskQueue(pool: $0) }
        let depths = try await depths(of: queues, configuration: configuration)
        return Dictionary(
            zip(pools, queues.map { depths[$0]?.ready ?? 0 })
        ) { first, _ in first }
    }

    func depths(
        of queues: [String],
        configuration: AMQPConfiguration
    ) async throws -> [String: QueueDepth] {
        let connection = try await AMQPConnection.connect(to: configuration)
        do {
            var depths: [String: QueueDepth] = [:]
            for queue in queues {
                guard let state = try await connection.queueState(queue) else { continue }
                depths[queue] = QueueDepth(
                    ready: state.messageCount,
                    consumers: state.consumerCount
                )
            }
            await connection.close()
            return depths
        } catch {
            await connection.close()
            throw error
        }
    }
}
