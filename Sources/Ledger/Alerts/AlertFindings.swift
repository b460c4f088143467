import Pipelines
import Planning
import Postgres
import Schedules
import Words

/// What is wrong with a pipeline now, as far as the ledger shows it.
///
/// What ended more than a week ago begins no alert, so that who writes `alerts` into an old pipeline is not told its whole
/// past.
struct AlertFindings {
    let pipeline: Pipeline
    let connection: PostgresConnection

    private static let isRecent: SQL = "> now() - interval '7 days'"

    /// A key of a row that has `schema_name`, `table_name` and `period`.
    static func key(_ row: PostgresRow, _ rule: AlertRule) throws -> AlertFinding.Key {
        AlertFinding.Key(
            rule,
            schema: try row.text("schema_name"),
            table: try row.text("table_name"),
            period: try row.text("period")
        )
    }

    /// All of it.
    func all() async throws -> [AlertFinding] {
        var findings = try await failures() + awaited() + rejects() + overdue() + refused()
        for time in Set(pipeline.alerts.filter { $0.rules.contains(.overdue) }.compactMap(\.by)) {
            findings += try await missing(by: time)
        }
        return findings
    }

    // MARK: Loads

    /// The tables and periods that a load has failed at, and that none has loaded since.
    private func failures() async throws -> [AlertFinding] {
        try await newestTasks(
            """
            l.state in (\([LoadState.running, .failed])) and t.state = \(TaskState.failed)
                and coalesce(l.finished_at, 'infinity') \(Self.isRecent)
                and coalesce(c.loaded_by, 0) < l.id and c.state is distinct from \(PeriodState.closed)
            """
        )
        .map { row in
            let code = try row.optionalText("failure_code")
            return AlertFinding(
                try Self.key(row, AlertFinding.rule(ofFailure: code)),
                load: try row.integer("load_id", as: Int64.self),
                code: code,
                summary: Self.summary(try row.optionalText("failure_message") ?? "it has failed")
            )
        }
    }

    /// The tables and periods whose sources are not there.
    private func awaited() async throws -> [AlertFinding] {
        try await newestTasks(
            """
            l.state = \(LoadState.running) and t.state = \(TaskState.published)
                and t.absent_since is not null
            """
        )
        .map { row in
            let since = try row.text("absent_since")
            let reason = try row.optionalText("failure_message") ?? "it is not there"
            return AlertFinding(
                try Self.key(row, .sourceMissing),
                load: try row.integer("load_id", as: Int64.self),
                code: try row.optionalText("failure_code"),
                summary: Self.summary("awaited since \(since): \(reason)"),
                awaited: .seconds(try row.integer("awaited", as: Int64.self))
            )
        }
    }

    /// Of each table and period the task of the newest load that fulfils a condition.
    private func newestTasks(_ condition: SQL) async throws -> PostgresResult {
        try await connection.query(
            """
            select distinct on (t.schema_name, t.table_name, t.period) t.schema_name, t.table_name, t.period,
                t.load_id, t.failure_code, t.failure_message, \(isoTime("t.absent_since")) as absent_since,
                coalesce(floor(extract(epoch from clock_timestamp() - t.absent_since)), 0)::bigint as awaited
            from longshore.load l join longshore.task t on t.load_id = l.id
            left join longshore.control c on \(ControlTable.isOf("t"))
            where l.pipeline = \(pipeline.name) and l.kind = \(LoadKind.load) and \(condition)
            order by t.schema_name, t.table_name, t.period, t.load_id desc
            """
        )
    }

    // MARK: Rows

    private func rejects() async throws -> [AlertFinding] {
        let rows = try await connection.query(
            """
            select c.schema_name, c.table_name, c.period, c.loaded_by, c.rows_rejected,
                c.rows_rejected + coalesce(c.rows_loaded, 0) as rows
            from longshore.control c
            where c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name)
                and c.rows_rejected > 0 and c.state <> \(PeriodState.closed)
                and c.loaded_at \(Self.isRecent) and \(AlertTable.hasRejects(of: "c"))
            order by c.table_name, c.period
            """
        )
        return try rows.map { row in
            let (rejected, all) = (try row.integer("rows_rejected"), try row.integer("rows"))
            return AlertFinding(
                try Self.key(row, .rejects),
                load: try row.optionalInteger("loaded_by", as: Int64.self),
                summary: "\(rejected) of \(counted(all, "row")) rejected",
                share: Double(rejected) / Double(max(all, 1))
            )
        }
    }

    // MARK: What was not done

    /// The oldest firing that is not loaded by its deadline: those that nobody fired, too.
    private func overdue() async throws -> [AlertFinding] {
        let rows = try await connection.query(
            """
            select \(isoTime("d.planned_at")) as planned, \(isoTime("d.deadline_at")) as deadline, d.load_id
            from (\(OverdueFiring.sql)) d where d.pipeline = \(pipeline.name)
            order by d.deadline_at limit 1
            """
        )
        return try rows.map { row in
            AlertFinding(
                .init(.overdue),
                load: try row.optionalInteger("load_id", as: Int64.self),
                summary: "the firing of \(try row.text("planned")) was to be loaded by "
                    + "\(try row.text("deadline"))"
            )
        }
    }

    /// The newest firing, when no load could be created for it and the schedule is the same still.
    private func refused() async throws -> [AlertFinding] {
        let rows = try await connection.query(
            """
            select f.reason, \(isoTime("f.planned_at")) as planned from longshore.schedule s
            join lateral (select n.state, n.reason, n.planned_at, n.fired_at from longshore.firing n
                where n.pipeline = s.pipeline and n.state <> \(FiringState.open)
                order by n.planned_at desc limit 1) f on true
            where s.pipeline = \(pipeline.name) and f.state = \(FiringState.refused)
                and f.fired_at > s.put_at
            """
        )
        return try rows.map { row in
            let reason = try row.optionalText("reason") ?? ""
            return AlertFinding(
                .init(.loadFailed),
                summary: Self.summary(
                    "the firing of \(try row.text("planned")) has no load: \(reason)"
                )
            )
        }
    }

    /// The facts whose newest period is over and not loaded by a time of day, on the pipeline's clock.
    private func missing(by time: TimeOfDay) async throws -> [AlertFinding] {
        guard let rule = pipeline.periods, let day = try await day(before: time) else { return [] }
        let period = PeriodSelection.lastEnded(rule, today: day)
        guard period >= rule.first, rule.last.map({ period <= $0 }) ?? true else { return [] }
        let rows = try await connection.query(
            """
            select table_name from longshore.control
            where schema_name = \(pipeline.schema) and period = \(period.label)
                and state in (\([PeriodState.loaded, .stale, .closed]))
            """
        )
        let loaded = Set(try rows.map { try $0.text("table_name") })
        return pipeline.facts.filter { $0.periodColumn != nil && !loaded.contains($0.table) }
            .map { fact in
                AlertFinding(
                    .init(
                        .overdue,
                        schema: pipeline.schema,
                        table: fact.table,
                        period: period.label
                    ),
                    summary: "not loaded by \(time.text) (\(pipeline.zone)) after its end",
                    by: time.text
                )
            }
    }

    /// The day on the pipeline's clock, which begins for this at the time of day.
    private func day(before time: TimeOfDay) async throws -> Day? {
        let rows = try await connection.query(
            """
            select ((clock_timestamp() at time zone \(pipeline.zone)::text) - \(time.text)::interval)::date::text
                as day
            """
        )
        return try rows.first.flatMap { Day(try $0.text("day")) }
    }

    private static func summary(_ text: String) -> String {
        VisibleText.shortened(VisibleText.line(text), to: 500)
    }
}
