import Pipelines
import Planning
import Postgres
import Schedules

/// The schedules: when pipelines are loaded without being asked for, and which firing is next.
///
/// Nothing else writes `longshore.schedule`. Instants are seconds since 1970-01-01 UTC.
struct ScheduleTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// What a ``Schedule`` is made of, for the list of a `select`.
    static let words: SQL = "s.cron, s.zone, s.periods, s.overlap, s.catch_up, s.deadline"

    /// An instant as whole seconds; the expression is SQL of type `timestamptz`.
    static func seconds(_ expression: SQL) -> SQL {
        "floor(extract(epoch from \(expression)))::bigint"
    }

    /// The schedule of a row that has ``words``.
    static func schedule(_ row: PostgresRow) throws -> Schedule {
        let (cron, periods) = (try row.text("cron"), try row.text("periods"))
        guard let expression = try? CronExpression(cron), let read = ScheduledPeriods(periods)
        else {
            throw LedgerError.unknownWord("\(cron)`, `\(periods)", "schedule")
        }
        return Schedule(
            cron: expression,
            zone: try row.text("zone"),
            periods: read,
            overlap: try row.word("overlap"),
            catchUp: try row.word("catch_up"),
            deadline: try row.optionalText("deadline").flatMap(TimeOfDay.init)
        )
    }

    // MARK: Verbs

    /// Registers a schedule, or changes the one that the pipeline has; its pause holds.
    ///
    /// Where its times stay the same, what was next is next.
    func put(
        _ schedule: Schedule,
        of request: LoadRequest,
        fleet: String,
        next: ScheduleClock.Firing?
    ) async throws {
        try await connection.query(
            """
            insert into longshore.schedule as s (pipeline, fleet, definition, folder, cron, zone, periods,
                overlap, catch_up, deadline, next_at, next_deadline_at, put_by)
            values (\(request.pipeline.name), \(fleet), \(request.definition.digest), \(request.folder),
                \(schedule.cron.text), \(schedule.zone), \(schedule.periods.text), \(schedule.overlap),
                \(schedule.catchUp), \(schedule.deadline?.text), \(Self.instant(next?.planned)),
                \(Self.instant(next?.deadline)), \(request.requestedBy))
            on conflict (pipeline) do update set fleet = excluded.fleet, definition = excluded.definition,
                folder = excluded.folder, cron = excluded.cron, zone = excluded.zone,
                periods = excluded.periods, overlap = excluded.overlap, catch_up = excluded.catch_up,
                deadline = excluded.deadline, put_by = excluded.put_by, put_at = clock_timestamp(),
                next_at = excluded.next_at, next_deadline_at = excluded.next_deadline_at
            """
        )
    }

    /// Moves what is next from one firing to another; nothing is moved while the schedule is paused.
    ///
    /// - Returns: `false` when it was another, or the schedule has other times.
    func move(_ due: DueSchedule, to next: ScheduleClock.Firing?) async throws -> Bool {
        try await connection
            .query(
                """
                update longshore.schedule s set next_at = \(Self.instant(next?.planned)),
                    next_deadline_at = \(Self.instant(next?.deadline))
                where s.pipeline = \(due.pipeline) and s.next_at = \(Self.instant(due.next))
                    and s.cron = \(due.schedule.cron.text) and s.zone = \(due.schedule.zone)
                    and s.paused_at is null
                """
            )
            .affectedRows == 1
    }

    /// Holds a schedule up.
    ///
    /// - Returns: whether it was not held up before.
    func pause(_ pipeline: String, reason: String?, by person: String) async throws -> Bool {
        try await connection
            .query(
                """
                update longshore.schedule set paused_by = \(person), paused_at = clock_timestamp(),
                    pause_reason = \(reason)
                where pipeline = \(pipeline) and paused_at is null
                """
            )
            .affectedRows == 1
    }

    /// Ends a pause: what would have been fired meanwhile is not.
    ///
    /// - Returns: whether there was one.
    func resume(_ pipeline: String, next: ScheduleClock.Firing?) async throws -> Bool {
        try await connection
            .query(
                """
                update longshore.schedule set paused_by = null, paused_at = null, pause_reason = null,
                    next_at = \(Self.instant(next?.planned)), next_deadline_at = \(Self.instant(next?.deadline))
                where pipeline = \(pipeline) and paused_at is not null
                """
            )
            .affectedRows == 1
    }

    /// Forgets a schedule.
    ///
    /// - Returns: whether there was one.
    func drop(_ pipeline: String) async throws -> Bool {
        try await connection
            .query("delete from longshore.schedule where pipeline = \(pipeline)").affectedRows == 1
    }

    /// Gives a pipeline's schedule to its new name; where that has one, it stays and the other goes.
    func give(ofPipeline old: String, toPipeline new: String) async throws {
        try await connection.query(
            """
            delete from longshore.schedule where pipeline = \(old)
                and exists (select from longshore.schedule where pipeline = \(new))
            """
        )
        try await connection.query(
            "update longshore.schedule set pipeline = \(new) where pipeline = \(old)"
        )
    }

    /// An instant as SQL.
    static func instant(_ seconds: Int?) -> SQL {
        "to_timestamp(\(seconds.map(Int64.init))::bigint)"
    }
}
