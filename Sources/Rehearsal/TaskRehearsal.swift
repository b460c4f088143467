import Extraction
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import StarSchema

/// The tasks of a rehearsal, inside its transaction.
struct TaskRehearsal: Sendable {
    let request: LoadRequest
    let graph: PlanGraph
    let connection: PostgresConnection
    let environment: SourceEnvironment
    /// Of its own: what it holds is not true for anybody else.
    private let keyMaps = KeyMapCache()

    init(
        request: LoadRequest,
        graph: PlanGraph,
        connection: PostgresConnection,
        environment: SourceEnvironment
    ) {
        self.request = request
        self.graph = graph
        self.connection = connection
        self.environment = environment
    }

    private var pipeline: Pipeline { request.pipeline }

    /// Writes the load and performs its tasks, each after what it needs.
    func run() async throws -> Effects {
        // It waits for others for a short time only.
        try await connection.query("set local lock_timeout = '5s'")
        let staleBefore = try await stalePeriods()
        let load = try await LoadCreation(
            request: request,
            tasks: graph.tasks,
            connection: connection,
            alteration: .refused
        )
        .run()
        var effects: [TaskEffect] = []
        for ordinal in graph.tasks.indices {
            effects.append(try await effect(of: ordinal, ofLoad: load, after: effects))
        }
        for index in effects.indices where effects[index].kind == .dimension {
            let count = try await inferred(in: effects[index].table, by: load)
            effects[index].members?.inferred = count
        }
        let stale = try await stalePeriods()
        return Effects(
            pipeline: pipeline.name,
            periods: request.periods.map(\.label),
            tasks: effects,
            stale: stale.filter { period in
                !staleBefore.contains { $0.table == period.table && $0.period == period.period }
            }
        )
    }

    // MARK: Tasks

    private func effect(
        of ordinal: Int,
        ofLoad load: Int64,
        after earlier: [TaskEffect]
    ) async throws -> TaskEffect {
        let task = graph.tasks[ordinal]
        var effect = TaskEffect(
            ordinal: ordinal,
            kind: task.kind,
            table: task.kind.table(task.name),
            period: task.period?.label ?? "",
            state: .blocked
        )
        guard graph.needs(of: ordinal).allSatisfy({ earlier[$0].state.satisfiesNeeds }) else {
            return effect
        }
        try await connection.settleTransaction()
        try await connection.query("savepoint task")
        do {
            try await perform(task, LoadTaskID(load: load, ordinal: ordinal), &effect)
            // What is checked at the commit is checked now.
            try await connection.script(
                """
                set constraints all immediate; set constraints all deferred; discard temp;
                release savepoint task
                """
            )
        } catch is TaskIsBusy {
            throw RehearsalError.inUse("`\(effect.table)` \(effect.period)".trimmed)
        } catch {
            try Task.checkCancellation()
            guard connection.isUsable else { throw error }
            try await connection.script("rollback to savepoint task; release savepoint task")
            effect.state = .failed
            effect.failure = TaskFailure(any: error).description
        }
        return effect
    }

    /// The real path, between two looks at the table.
    private func perform(
        _ task: LoadTask,
        _ id: LoadTaskID,
        _ effect: inout TaskEffect
    ) async throws {
        let members = picture(ofMembers: task)
        try await members?.take()
        let rows = picture(ofRows: task)
        let before = try await rows?.read()
        let earlier = picture(ofEarlierRows: task)
        let earlierBefore = try await earlier?.readByPeriod() ?? [:]

        let claim = try await TaskClaim.take(
            id,
            by: "rehearsal",
            obeysOrders: false,
            on: connection
        )
        guard case .mine(let row) = claim else {
            effect.state = .superseded
            return
        }
        let attempt = Attempt(
            task: id,
            row: row,
            pipeline: pipeline,
            connection: connection,
            keyMaps: keyMaps,
            mode: .rehearsal,
            environment: environment,
            observer: AttemptNotes()
        )
        let result = try await attempt.complete(by: "rehearsal")

        effect.state = .done
        effect.counts = result.counts
        effect.replaced = result.replaced
        effect.warnings = result.warnings
        effect.rejects = try await rejects(of: id)
        effect.members = try await members?.compare()
        guard let rows, let before else { return }
        let after = try await rows.read()
        effect.rows = RowChange(before: before.rows, after: after.rows)
        effect.measures = try await rows.changes(from: before, to: after)
        effect.earlier = try await earlier?.changes(from: earlierBefore, of: task) ?? []
    }

    private func picture(ofMembers task: LoadTask) -> DimensionPicture? {
        guard task.kind == .dimension, let dimension = pipeline.dimension(task.name) else {
            return nil
        }
        return DimensionPicture(
            dimension: dimension,
            table: "\(id: pipeline.schema, dimension.table)",
            connection: connection
        )
    }

    private func picture(ofRows task: LoadTask) -> RowPicture? {
        guard task.kind != .dimension, task.kind.hasTable else { return nil }
        var picture = RowPicture(
            table: "\(id: pipeline.schema, task.kind.table(task.name))",
            measures: pipeline.fact(task.name).map(pipeline.measures) ?? [],
            connection: connection
        )
        if let period = task.period {
            picture.condition =
                "period >= \(period.start.description)::date and period < \(period.end.description)::date"
        }
        return picture
    }

    /// The rows of the periods before a task's own, and after it, where it may change them.
    private func picture(ofEarlierRows task: LoadTask) -> RowPicture? {
        guard task.kind == .fact, let fact = pipeline.fact(task.name), fact.reachesBack,
            let period = task.period
        else { return nil }
        let isLater: SQL =
            fact.reachesAhead ? " or period >= \(period.end.description)::date" : ""
        return RowPicture(
            table: "\(id: pipeline.schema, fact.table)",
            condition: "period < \(period.start.description)::date\(isLater)",
            measures: pipeline.measures(of: fact),
            connection: connection
        )
    }

    // MARK: Questions

    private func rejects(of task: LoadTaskID) async throws -> [String: Int] {
        let rows = try await connection.query(
            """
            select rule, count(*) as rows from longshore.reject
            where \(task.isRow) group by rule
            """
        )
        var counts: [String: Int] = [:]
        for row in rows { counts[try row.text("rule")] = try row.integer("rows") }
        return counts
    }

    /// Placeholders are of this load when its number is on them and they are placeholders still.
    private func inferred(in name: String, by load: Int64) async throws -> Int {
        let rows = try await connection.query(
            """
            select count(*) as rows from \(id: pipeline.schema, name)
            where is_inferred and load_id = \(load)
            """
        )
        return try rows.first?.integer("rows") ?? 0
    }

    private func stalePeriods() async throws -> [Effects.StalePeriod] {
        let rows = try await connection.query(
            """
            select table_name, period, reason from longshore.control
            where schema_name = \(pipeline.schema) and pipeline = \(pipeline.name)
                and kind in (\([LoadTaskKind.fact, .mart])) and state = \(PeriodState.stale)
            order by table_name, period
            """
        )
        return try rows.map { row in
            Effects.StalePeriod(
                table: try row.text("table_name"),
                period: try row.text("period"),
                reason: try row.optionalText("reason")
            )
        }
    }
}

extension RowPicture {
    /// The periods whose rows are others than they were, in order.
    fileprivate func changes(
        from before: [String: Reading],
        of task: LoadTask
    ) async throws -> [TaskEffect.PeriodEffect] {
        let after = try await readByPeriod()
        var changes: [TaskEffect.PeriodEffect] = []
        for day in Set(before.keys).union(after.keys).sorted() {
            let (old, new) = (before[day] ?? empty, after[day] ?? empty)
            guard old.checksum != new.checksum, let grain = task.period?.grain,
                let period = Day(day).map({ Period(grain, containing: $0) })
            else { continue }
            changes.append(
                TaskEffect.PeriodEffect(
                    period: period.label,
                    rows: RowChange(before: old.rows, after: new.rows),
                    measures: try await self.changes(from: old, to: new)
                )
            )
        }
        return changes
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
