/// What a worker has done since it started, and what it does now.
public struct WorkerMetrics: Sendable, Hashable, Codable {
    /// How load tasks ended.
    public enum Result: String, Sendable, Hashable, Codable, CaseIterable, CodingKeyRepresentable {
        /// Committed by this worker.
        case loaded
        /// Found committed already.
        case alreadyDone
        /// Left to a newer load.
        case superseded
        /// Another attempt held the task.
        case busy
        /// Put off until its next attempt is due.
        case early
        /// Not due, and one message too many.
        case redundant
        /// Ended by one of the fleet's own servers; no attempt is counted.
        case interrupted
        /// Failed, to be tried again.
        case retried
        /// Failed for good and set aside.
        case setAside
        /// The task or its load was cancelled.
        case cancelled
        /// Put off, because somebody has paused it.
        case paused
        /// Failed for good already, by the ledger.
        case settled
        /// Given back to the queue.
        case givenBack
    }

    /// Deliveries by how they ended.
    public var results: [Result: Int] = [:]
    /// Rows read by committed tasks.
    public var rowsRead = 0
    /// Deaths of workers that this worker recorded.
    public var crashesRecorded = 0
    /// How many slots there are.
    public var slots: Int
    /// How many of them run a load task.
    public var busySlots = 0
    /// How many of them were cancelled and have not come back yet: their work ignores cancellation.
    public var stuckSlots = 0
    /// How many of them have been given up: the worker ends because of them.
    public var abandonedSlots = 0
    /// How many of them have no connection to the warehouse.
    public var disconnectedSlots = 0
    /// How often the worker got nothing although its queues had messages, and reconnected.
    public var stalls = 0
    /// How often the connection that publishes was lost, or given up because nothing was confirmed.
    public var publisherLosses = 0
    /// How many calls Redis has failed.
    public var redisFailures = 0

    /// All of its numbers.
    public var numbers: [Int] {
        [
            rowsRead, crashesRecorded, slots, busySlots, stuckSlots, abandonedSlots,
            disconnectedSlots, stalls, publisherLosses, redisFailures,
        ] + results.values
    }

    /// Nothing done yet.
    public init(slots: Int) { self.slots = slots }
}
