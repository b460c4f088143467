import Planning
import Postgres

/// What people ask of loads.
public struct LoadReports: Sendable {
    let client: PostgresClient
    /// The fleet that asks.
    let fleet: String

    /// The newest loads, newest first.
    public func newest(limit: Int) async throws -> [LoadReport] {
        try await loads(where: "true order by l.id desc limit \(limit)")
    }

    /// One load, or `nil` when there is none of that number.
    public func report(ofLoad load: Int64) async throws -> LoadReport? {
        try await loads(where: "l.id = \(load)").first
    }

    /// Adds to reports of running loads what nobody begins.
    ///
    /// - Throws: `PostgresError` also for readers: they may not see these times.
    public func addUnbegun(to reports: inout [LoadReport]) async throws {
        let running = reports.filter { $0.state == .running }.map(\.load)
        guard !running.isEmpty else { return }
        let rows = try await client.query(
            """
            select load_id, count(published_at) as tasks, min(ordinal) as first,
                extract(epoch from clock_timestamp() - greatest(min(published_at), max(retry_at),
                    (select max(committed_at) from longshore.task d where d.load_id = t.load_id),
                    (select max(happened_at) from longshore.attempt a where a.load_id = t.load_id)))::float8
                    as seconds
            from longshore.task t where load_id = any(\(running)) and state = \(TaskState.published)
            group by load_id having count(published_at) > 0 and count(begun_at) = 0
                and count(absent_since) = 0
                and count(*) filter (where retry_at > clock_timestamp()) = 0
            """
        )
        for row in rows {
            let load = try row.integer("load_id", as: Int64.self)
            guard let index = reports.firstIndex(where: { $0.load == load }) else { continue }
            reports[index].unbegun = LoadReport.Unbegun(
                tasks: try row.integer("tasks"),
                first: try row.integer("first"),
                seconds: try row.double("seconds")
            )
        }
    }

    /// For how many seconds the tasks of a load run that run, by their places in the plan.
    ///
    /// - Throws: `PostgresError` also for readers: they may not see these times.
    public func ages(ofLoad load: Int64) async throws -> [Int: Double] {
        let rows = try await client.query(
            """
            select ordinal, extract(epoch from clock_timestamp() - begun_at)::float8 as age
            from longshore.task
            where load_id = \(load) and state = \(TaskState.published) and begun_at is not null
            """
        )
        return Dictionary(
            try rows.map { (try $0.integer("ordinal"), try $0.double("age")) },
            uniquingKeysWith: max
        )
    }

    /// The loads of a pipeline that are not over, oldest first.
    public func unfinished(ofPipeline pipeline: String) async throws -> [LoadReport] {
        try await loads(
            where: "l.state = \(LoadState.running) and l.pipeline = \(pipeline) order by l.id"
        )
    }

    func loads(where condition: SQL) async throws -> [LoadReport] {
        try await client.query(
            Self.loadsSQL(where: condition, fleet: fleet)
        )
        .map(LoadReport.init)
    }

    private static func loadsSQL(where condition: SQL, fleet: String) -> SQL {
        """
        select l.id, l.pipeline, l.kind, l.state, l.periods[1] as first,
            l.periods[array_upper(l.periods, 1)] as last, l.requested_by,
            \(isoTime("l.created_at")) as created_at,
            extract(epoch from coalesce(l.finished_at, clock_timestamp()) - l.created_at)::float8
                as seconds,
            \(LoadTable.liveCoordinator) as coordinator,
            t.tasks, h.target, h.ordered_by, h.reason,
            nullif(l.fleet, \(fleet)::text) as foreign_fleet
        from longshore.load l
        cross join lateral (
            select string_agg(state || '=' || count, ' ') as tasks
            from (select state, count(*) from longshore.task
                  where load_id = l.id group by state) s) t
        left join lateral (
            select coalesce(pipeline, load_id::text) as target, ordered_by, reason
            from longshore.intervention i
            where \(InterventionTable.pausesLoad)
            order by ordered_at limit 1) h on l.state = \(LoadState.running)
        where \(condition)
        """
    }

    /// Who holds the lease of a running load, and for how many seconds more; `nil` when nobody does.
    public func lease(on load: Int64) async throws -> (owner: String, seconds: Double)? {
        let rows = try await client.query(
            """
            select l.coordinator,
                extract(epoch from l.lease_until - clock_timestamp())::float8 as seconds
            from longshore.load l
            where l.id = \(load) and l.state = \(LoadState.running) and \(LoadTable.isHeld)
            """
        )
        return try rows.first.map { row in
            (try row.optionalText("coordinator") ?? "somebody", try row.double("seconds"))
        }
    }

    /// Loads of the fleet that are running, whoever coordinates them, oldest first.
    public func unfinished() async throws -> [Int64] {
        let rows = try await client.query(
            """
            select l.id from longshore.load l
            where l.state = \(LoadState.running) and \(LoadTable.isOf(fleet))
            order by l.id
            """
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }
}
