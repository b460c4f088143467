public import Planning
import Postgres

/// Loads that a coordinator has let go of because there is nothing to do for them.
extension PostgresLedger {
    /// Ends the lease, and the load rests.
    public func rest(_ lease: LoadLease, for duration: Duration) async throws {
        try await client.withConnection { try await LoadTable($0).rest(lease, for: duration) }
    }

    /// Ends the rest of loads.
    public func wake(_ loads: Set<Int64>) async throws {
        try await client.withConnection {
            try await LoadTable($0).wake("l.id = any(\(loads.sorted())::bigint[])")
        }
    }

    /// The time to the first of the attempts that failed tasks wait for.
    public func timeToNextAttempt(ofLoad load: Int64, tasks: [Int]) async throws -> Duration? {
        let rows = try await client.query(
            """
            select extract(epoch from min(retry_at) - clock_timestamp())::float8 as seconds
            from longshore.task where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
            having bool_and(state = \(TaskState.published) and coalesce(retry_at > clock_timestamp(), false))
            """
        )
        return try rows.first.map { .seconds(try $0.double("seconds")) }
    }

    /// Those of the tasks that wait for their time.
    public func resting(_ tasks: [Int], ofLoad load: Int64) async throws -> Set<Int> {
        let rows = try await client.query(
            """
            select ordinal from longshore.task
            where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
                and state = \(TaskState.published)
                and greatest(retry_at, parked_until) > clock_timestamp()
            """
        )
        return Set(try rows.map { try $0.integer("ordinal") })
    }
}
