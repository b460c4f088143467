public import AMQP
import Planning

extension Topology {
    /// Queues that a version has left behind which did not yet name the warehouse, and what is in them.
    ///
    /// Nobody takes it from there: they may be those of several warehouses. Tasks are published again by
    /// their coordinators; dead letters are for people to look at.
    public func olderQueues(
        pools: [String],
        configuration: AMQPConfiguration
    ) async throws -> [String: QueueDepth] {
        let name = identity.name
        let queues =
            pools.flatMap { pool in
                ["\(name).tasks.\(pool)"]
                    + RetryTier.allCases.map { "\(name).retry.\(pool).\($0.label)" }
            } + ["\(name).dead"]
        return try await depths(of: queues, configuration: configuration)
    }
}
