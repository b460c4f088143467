public import Planning
import Postgres

/// A load task in a line of a list.
public struct TaskLine: Sendable, Hashable, Codable {
    /// Its place in the plan.
    public var ordinal: Int
    /// The kind of its table.
    public var kind: LoadTaskKind
    /// The name that the definition gives its table.
    public var name: String
    /// The schema of its table.
    public var schema: String
    /// The table that it fills.
    public var table: String
    /// The period's label; empty for whole tables.
    public var period: String
    /// Where it stands.
    public var state: TaskState
    /// Where it stands, as people see it.
    public var stage: TaskStage
    /// The queue that it goes to.
    public var pool: String
    /// What it did to rows, once it is done.
    public var counts: RowCounts?
    /// Rows of earlier loads that it removed.
    public var replaced: Int?
    /// The load whose rows stand, where its source was not read because it has not changed.
    public var unchangedSince: Int64?
    /// Seconds from BEGIN to COMMIT, once it is done; while it runs, since the attempt began.
    public var seconds: Double?
    /// Seconds since it was published, while nobody has begun it.
    public var queuedFor: Double?
    /// Seconds until its next attempt.
    public var retryIn: Double?
    /// The worker that committed or failed it last.
    public var worker: String?
    /// Attempts that ended in an error.
    public var failures: Int
    /// Attempts that ended with their worker.
    public var crashes: Int
    /// Why the last attempt failed, when it did.
    public var failure: String?
    /// Until when its source is awaited, in UTC.
    public var awaitedUntil: String?
    /// Expectations that did not hold and let it commit all the same.
    public var warnings: [String]
    /// The first task that it needs and that is not done, as far as somebody has looked.
    public var need: Need?

    /// A task that another one needs.
    public struct Need: Sendable, Hashable, Codable {
        /// Its place in the plan.
        public var ordinal: Int
        /// Its table, and the period where it has one.
        public var label: String
        /// Where it stands.
        public var stage: TaskStage
    }

    /// The table, and the period where it has one.
    public var label: String { period.isEmpty ? "\(kind.rawValue) \(name)" : "\(name) \(period)" }
}

extension TaskReports {
    /// Tasks of a load in some stages, in the order of its plan, beginning after a place; at most `limit`.
    public func lines(
        ofLoad load: Int64,
        in stages: Set<TaskStage> = Set(TaskStage.allCases),
        after ordinal: Int = -1,
        limit: Int
    ) async throws -> [TaskLine] {
        let isAll = stages.count == TaskStage.allCases.count
        let isMeant: SQL = isAll ? "true" : TaskStage.condition(stages)
        return try await lines(
            where: "t.load_id = \(load) and t.ordinal > \(ordinal) and \(isMeant)",
            limit: limit
        )
    }

    /// One task; `nil` when there is none.
    public func line(of task: LoadTaskID) async throws -> TaskLine? {
        try await lines(
            where: "t.load_id = \(task.load) and t.ordinal = \(task.ordinal)",
            limit: 1
        )
        .first
    }

    private func lines(where condition: SQL, limit: Int) async throws -> [TaskLine] {
        try await client.query(
            """
            select t.ordinal, t.kind, t.name, t.schema_name, t.table_name, t.period, t.state,
                \(TaskStage.sql) as stage, t.pool, t.rows_read, t.rows_loaded, t.rows_rejected,
                t.rows_deduplicated, t.rows_replaced, t.unchanged_since, t.worker, t.failures, t.crashes,
                extract(epoch from coalesce(t.committed_at, clock_timestamp())
                    - coalesce(t.begun_at, t.started_at))::float8 as seconds,
                extract(epoch from clock_timestamp() - t.published_at)::float8 as queued_for,
                extract(epoch from t.retry_at - clock_timestamp())::float8 as retry_in,
                \(isoTime("t.awaited_until")) as awaited_until,
                array_to_string(t.warnings, E'\\n') as warnings,
                case when t.state <> \(TaskState.done) then \(TaskTable.lastFailure) end as failure
            from longshore.task t where \(condition) order by t.ordinal limit \(limit)
            """
        )
        .map(TaskLine.init)
    }

    /// Adds to tasks that wait the first one that each of them needs and that is not done.
    ///
    /// - Parameters:
    ///   - lines: Tasks of the load.
    ///   - load: The load's number.
    ///   - graph: Its plan.
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func addNeeds(
        to lines: inout [TaskLine],
        ofLoad load: Int64,
        _ graph: PlanGraph
    ) async throws {
        let waiting = lines.indices.filter {
            lines[$0].state == .waiting || lines[$0].state == .blocked
        }
        guard !waiting.isEmpty else { return }
        let open = try await unsatisfied(ofLoad: load)
        var needs: [Int: Int] = [:]
        for index in waiting where graph.tasks.indices.contains(lines[index].ordinal) {
            let needed = graph.needs(of: lines[index].ordinal)
            needs[index] = needed.first { open.contains($0) }
        }
        let found = try await needed(Set(needs.values).sorted(), ofLoad: load)
        for (index, need) in needs { lines[index].need = found[need] }
    }

    /// The last task of a load, in the order of its plan, that is not done; `nil` where all are.
    public func lastUnsatisfied(ofLoad load: Int64) async throws -> Int? {
        let rows = try await client.query(
            """
            select max(ordinal) as task from longshore.task
            where load_id = \(load) and state not in (\(TaskState.satisfyingNeeds))
            """
        )
        return try rows.first?.optionalInteger("task")
    }

    private func unsatisfied(ofLoad load: Int64) async throws -> Set<Int> {
        let rows = try await client.query(
            """
            select string_agg(ordinal::text, ' ') as tasks from longshore.task
            where load_id = \(load) and state not in (\(TaskState.satisfyingNeeds))
            """
        )
        let text = try rows.first?.optionalText("tasks") ?? ""
        return Set(text.utf8.split(separator: UInt8(ascii: " ")).compactMap { Int(Substring($0)) })
    }

    private func needed(_ tasks: [Int], ofLoad load: Int64) async throws -> [Int: TaskLine.Need] {
        guard !tasks.isEmpty else { return [:] }
        let rows = try await client.query(
            """
            select t.ordinal, t.kind, t.name, t.period, \(TaskStage.sql) as stage
            from longshore.task t
            where t.load_id = \(load) and t.ordinal = any(\(tasks.map(Int64.init))::integer[])
            """
        )
        let needs = try rows.map { row in
            let (kind, name) = (try row.text("kind"), try row.text("name"))
            let period = try row.text("period")
            let need = TaskLine.Need(
                ordinal: try row.integer("ordinal"),
                label: period.isEmpty ? "\(kind) \(name)" : "\(name) \(period)",
                stage: try row.word("stage")
            )
            return (need.ordinal, need)
        }
        return Dictionary(uniqueKeysWithValues: needs)
    }
}

extension TaskLine {
    fileprivate init(_ row: PostgresRow) throws {
        let stage: TaskStage = try row.word("stage")
        self.init(
            ordinal: try row.integer("ordinal"),
            kind: try row.word("kind"),
            name: try row.text("name"),
            schema: try row.text("schema_name"),
            table: try row.text("table_name"),
            period: try row.text("period"),
            state: try row.word("state"),
            stage: stage,
            pool: try row.text("pool"),
            counts: try TaskReports.rowCounts(row),
            replaced: try row.optionalInteger("rows_replaced"),
            unchangedSince: try row.optionalInteger("unchanged_since", as: Int64.self),
            seconds: stage == .done || stage == .running
                ? try row.optionalDouble("seconds") : nil,
            queuedFor: stage == .queued ? try row.optionalDouble("queued_for") : nil,
            retryIn: stage == .retrying ? try row.optionalDouble("retry_in") : nil,
            worker: try row.optionalText("worker"),
            failures: try row.integer("failures"),
            crashes: try row.integer("crashes"),
            failure: try row.optionalText("failure"),
            awaitedUntil: try row.optionalText("awaited_until"),
            warnings: try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n")
                .map { String($0) } ?? []
        )
    }
}
