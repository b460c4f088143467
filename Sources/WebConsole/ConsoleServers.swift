public import Diagnosis
public import Planning
public import Views

/// What the console asks of servers other than Postgres: each question is asked anew, and may fail.
public struct ConsoleServers: Sendable {
    /// The fleet, by all servers.
    public var status: @Sendable () async throws -> FleetStatus
    /// What was set aside, the first of it; nothing is taken away.
    public var letters: @Sendable () async throws -> DeadEntries
    /// Why a task stands where it stands.
    public var why: @Sendable (LoadTaskID) async throws -> WhyReport
    /// How far the running tasks of a load are, by their places in the plan; empty where nobody tells.
    public var progress: @Sendable (_ load: Int64) async -> [Int: InFlightProgress]
    /// The workers; none where nobody tells.
    public var workers: @Sendable () async -> [WorkerPresence]

    /// Questions to servers.
    public init(
        status: @escaping @Sendable () async throws -> FleetStatus,
        letters: @escaping @Sendable () async throws -> DeadEntries,
        why: @escaping @Sendable (LoadTaskID) async throws -> WhyReport,
        progress: @escaping @Sendable (_ load: Int64) async -> [Int: InFlightProgress],
        workers: @escaping @Sendable () async -> [WorkerPresence]
    ) {
        self.status = status
        self.letters = letters
        self.why = why
        self.progress = progress
        self.workers = workers
    }
}
