public import Planning
import Postgres

/// The tasks of a pipeline that run, beside how many may.
public struct PipelineCrowd: Sendable, Hashable {
    /// As many as may run at once.
    public var limit: Int
    /// Those that run.
    public var running: [LoadTaskID]

    /// Tasks and their limit.
    public init(limit: Int, running: [LoadTaskID]) {
        self.limit = limit
        self.running = running
    }

    /// Whether no further one may begin.
    public var isFull: Bool { running.count >= limit }
}

extension TaskReports {
    /// The tasks of a pipeline, of all its loads, whose attempts the server runs now.
    public func running(ofPipeline pipeline: String) async throws -> [LoadTaskID] {
        let rows = try await client.query(
            """
            select l.id, s.task[2]::integer as ordinal
            from (
                select distinct regexp_match(application_name, \(SessionName.pattern)) as task
                from pg_stat_activity where datname = current_database()
            ) s join longshore.load l on l.id = s.task[1]::bigint
            where l.pipeline = \(pipeline) order by 1, 2
            """
        )
        return try rows.map { row in
            LoadTaskID(
                load: try row.integer("id", as: Int64.self),
                ordinal: try row.integer("ordinal")
            )
        }
    }
}
