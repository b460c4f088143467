public import Planning
import Postgres
public import Schedules

/// A schedule as it stands.
public struct ScheduleReport: Sendable, Hashable, Encodable {
    /// The pipeline.
    public var pipeline: String
    /// The expression of cron.
    public var cron: String
    /// The zone whose clock it is read on.
    public var zone: String
    /// What is loaded: `due` or `last 28`.
    public var periods: String
    /// What becomes of a firing while a load of the pipeline runs.
    public var overlap: Schedule.Overlap
    /// Which firings are made up for.
    public var catchUp: Schedule.CatchUp
    /// The time of day by which a firing is to be loaded.
    public var deadline: String?
    /// When it is fired next, ISO 8601 in UTC; `nil` while it is paused.
    public var next: String?
    /// Who paused it.
    public var pausedBy: String?
    /// Why.
    public var pauseReason: String?
    /// When the newest firing was to be fired, ISO 8601 in UTC.
    public var last: String?
    /// Where the newest firing stands.
    public var lastState: FiringState?
    /// The load of the newest firing, or the one that it was left to.
    public var lastLoad: Int64?
    /// Since when it is overdue: the oldest deadline that has passed, ISO 8601 in UTC; `nil` when it is not.
    public var overdueSince: String?
    /// The fleet whose coordinators fire it.
    public var fleet: String
}

/// A firing and what came of it.
public struct FiringReport: Sendable, Hashable, Encodable {
    /// Its number.
    public var firing: Int64
    /// When it was to be fired, ISO 8601 in UTC.
    public var planned: String
    /// By when it is to be loaded.
    public var deadline: String?
    /// Where it stands.
    public var state: FiringState
    /// Its load, or the one that it was left to.
    public var load: Int64?
    /// Where the load stands.
    public var loadState: LoadState?
    /// Which files are awaited, or why it was refused.
    public var reason: String?
    /// Who had it fired by hand.
    public var requestedBy: String?
    /// The coordinator that fired it, or wrote it down.
    public var coordinator: String?
    /// When it was fired.
    public var fired: String?
}

/// A firing that is not loaded although its deadline has passed.
public struct OverdueFiring: Sendable, Hashable, Encodable {
    /// The pipeline.
    public var pipeline: String
    /// When it was to be fired, ISO 8601 in UTC.
    public var planned: String
    /// By when it was to be loaded.
    public var deadline: String
    /// Where it stands; `nil` when no coordinator has looked.
    public var state: FiringState?
    /// Its load, or the one that it was left to.
    public var load: Int64?
}

extension ScheduleDesk {
    /// All schedules, by pipeline.
    public func reports() async throws -> [ScheduleReport] {
        try await reports(where: "true")
    }

    /// The schedule of a pipeline.
    ///
    /// - Throws: ``LedgerError`` when there is none.
    public func report(of pipeline: String) async throws -> ScheduleReport {
        let reports = try await reports(where: "s.pipeline = \(pipeline)")
        guard let report = reports.first else { throw LedgerError.unknownSchedule(pipeline) }
        return report
    }

    private func reports(where condition: SQL) async throws -> [ScheduleReport] {
        let rows = try await client.query(
            """
            select s.pipeline, \(ScheduleTable.words), s.paused_by, s.pause_reason, s.fleet,
                case when s.paused_at is null then \(isoTime("s.next_at")) end as next,
                \(isoTime("f.planned_at")) as last, f.state, f.load_id, \(isoTime("o.deadline_at")) as overdue
            from longshore.schedule s
            left join lateral (select n.planned_at, n.state, n.load_id from longshore.firing n
                where n.pipeline = s.pipeline order by n.planned_at desc limit 1) f on true
            left join lateral (select min(deadline_at) as deadline_at
                from (\(OverdueFiring.sql)) d where d.pipeline = s.pipeline) o on true
            where \(condition) order by s.pipeline
            """
        )
        return try rows.map(ScheduleReport.init)
    }

    /// The newest firings of a pipeline, newest first; also of one whose schedule was dropped.
    public func firings(ofPipeline pipeline: String, limit: Int) async throws -> [FiringReport] {
        let rows = try await client.query(
            """
            select f.id, \(isoTime("f.planned_at")) as planned, \(isoTime("f.deadline_at")) as deadline, f.state,
                f.load_id, l.state as load_state, f.reason, f.requested_by, f.coordinator,
                \(isoTime("f.fired_at")) as fired
            from longshore.firing f left join longshore.load l on l.id = f.load_id
            where f.pipeline = \(pipeline) order by f.planned_at desc, f.id desc limit \(limit)
            """
        )
        return try rows.map(FiringReport.init)
    }

    /// The firings whose deadline has passed and that are not loaded, oldest first; those that nobody fired, too.
    ///
    /// A firing is not overdue any more as soon as a later one has brought all that it was to bring. A schedule that is
    /// paused is not overdue.
    public func overdue() async throws -> [OverdueFiring] {
        let rows = try await client.query(
            """
            select d.pipeline, \(isoTime("d.planned_at")) as planned, \(isoTime("d.deadline_at")) as deadline,
                d.state, d.load_id
            from (\(OverdueFiring.sql)) d order by d.deadline_at, d.pipeline, d.planned_at
            """
        )
        return try rows.map { row in
            OverdueFiring(
                pipeline: try row.text("pipeline"),
                planned: try row.text("planned"),
                deadline: try row.text("deadline"),
                state: try row.optionalWord("state"),
                load: try row.optionalInteger("load_id", as: Int64.self)
            )
        }
    }
}

extension OverdueFiring {
    /// The firings that are overdue: pipeline, planned_at, deadline_at, state, load_id.
    ///
    /// What no coordinator has written down yet has no state. It is asked every few seconds: from its newest end, it reads
    /// the firings of a schedule up to the last good one.
    static let sql: SQL = """
        select f.pipeline, f.planned_at, f.deadline_at, f.state, f.load_id
        from longshore.schedule s join longshore.firing f on f.pipeline = s.pipeline
            and f.planned_at > coalesce((
                select g.planned_at from longshore.firing g left join longshore.load l on l.id = g.load_id
                where g.pipeline = s.pipeline and \(FiringTable.isGood)
                order by g.planned_at desc limit 1), '-infinity')
        where s.paused_at is null and f.deadline_at < clock_timestamp()
        union all
        select s.pipeline, s.next_at, s.next_deadline_at, null, null from longshore.schedule s
        where s.paused_at is null and s.next_deadline_at < clock_timestamp()
        """
}

extension ScheduleReport {
    fileprivate init(_ row: PostgresRow) throws {
        pipeline = try row.text("pipeline")
        cron = try row.text("cron")
        zone = try row.text("zone")
        periods = try row.text("periods")
        overlap = try row.word("overlap")
        catchUp = try row.word("catch_up")
        deadline = try row.optionalText("deadline")
        next = try row.optionalText("next")
        pausedBy = try row.optionalText("paused_by")
        pauseReason = try row.optionalText("pause_reason")
        last = try row.optionalText("last")
        lastState = try row.optionalWord("state")
        lastLoad = try row.optionalInteger("load_id", as: Int64.self)
        overdueSince = try row.optionalText("overdue")
        fleet = try row.text("fleet")
    }
}

extension FiringReport {
    fileprivate init(_ row: PostgresRow) throws {
        firing = try row.integer("id", as: Int64.self)
        planned = try row.text("planned")
        deadline = try row.optionalText("deadline")
        state = try row.word("state")
        load = try row.optionalInteger("load_id", as: Int64.self)
        loadState = try row.optionalWord("load_state")
        reason = try row.optionalText("reason")
        requestedBy = try row.optionalText("requested_by")
        coordinator = try row.optionalText("coordinator")
        fired = try row.optionalText("fired")
    }
}
