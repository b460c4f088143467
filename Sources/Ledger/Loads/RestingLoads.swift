public import Planning
import Postgres

/// Loads that a coordinator has let go of because there is nothing to do for them.
extension PostgresLedger {
    /// Ends the lease, and the load rests.
    public func rest(_ lease: LoadLease, for duration: Duration) async throws {
        try await query(
            """
            update longshore.load
            set lease_until = null, rests_until = clock_timestamp() + \(duration.inSeconds) * interval '1 second'
            where id = \(lease.load) and epoch = \(lease.epoch) and state = 'running'
            """
        )
    }

    /// Ends the rest of loads.
    public func wake(_ loads: Set<Int64>) async throws {
        try await query(
            """
            update longshore.load set rests_until = null
            where id = any(\(loads.sorted())::bigint[]) and state = 'running' and rests_until is not null
            """
        )
    }

    /// The time to the first of the attempts that failed tasks wait for.
    public func timeToNextAttempt(ofLoad load: Int64, tasks: [Int]) async throws -> Duration? {
        let rows = try await query(
            """
            select extract(epoch from min(retry_at) - clock_timestamp())::float8 as seconds
            from longshore.task where load_id = \(load) and ordinal = any(\(tasks.map(Int64.init))::integer[])
            having bool_and(state = 'published' and coalesce(retry_at > clock_timestamp(), false))
            """
        )
        return try rows.first.map { .seconds(try $0.double("seconds")) }
    }
}

extension ControlScope {
    /// Ends the rest of the target's loads: what was ordered is to be looked at.
    func wake() async throws {
        try await connection.query(
            """
            update longshore.load set rests_until = null
            where state = 'running' and \(isOfTarget)
                and rests_until is not null
            """
        )
    }
}
