import Ledger
import Pipelines
package import Planning
package import Postgres

/// Makes the tables of a load fit its definition and writes the load, its tasks and its claims, in a
/// transaction that the caller ends.
package struct LoadCreation {
    let request: LoadRequest
    let tasks: LoadTasks
    let connection: PostgresConnection
    /// What may be done to tables that are there.
    var alteration = Alteration.done
    /// The fleet that loads it; `nil` for whoever takes it first.
    var fleet: String?

    package init(
        request: LoadRequest,
        tasks: LoadTasks,
        connection: PostgresConnection,
        alteration: Alteration = Alteration.done,
        fleet: String? = nil
    ) {
        self.request = request
        self.tasks = tasks
        self.connection = connection
        self.alteration = alteration
        self.fleet = fleet
    }

    /// - Returns: the load's number.
    package func run() async throws -> Int64 {
        try await check()
        let load = try await insert(as: .load)
        try await ControlTable(connection)
            .claim(TaskRows(tasks, pipeline: request.pipeline), forLoad: load)
        // As the last thing before the commit: writing a large load takes time.
        try await LoadTable(connection).lend(load)
        return load
    }

    /// Makes the tables fit, and refuses what no load may do.
    func check() async throws {
        try await LedgerLock.takeSchema(
            request.pipeline.schema,
            within: alteration.patience,
            on: connection
        )
        try await refuseMoved()
        let losses = try await prepare()
        let claims = TaskRows(tasks, pipeline: request.pipeline)
        try await claims.refuseClosed(on: connection)
        try refuseDetached(losses)
        for fact in request.pipeline.facts where fact.periodColumn != nil {
            try await PartitionRoom(
                fact: fact,
                schema: request.pipeline.schema,
                periods: tasks.filter { $0.kind == .fact && $0.name == fact.name }
                    .compactMap(\.period),
                connection: connection
            )
            .check()
        }
    }

    /// Makes the tables fit; until the transaction ends, nobody else creates a load of the schema.
    ///
    /// - Returns: what the ledger knew and was not there any more.
    @discardableResult
    func prepare() async throws -> Losses {
        try await SchemaPreparation(
            pipeline: request.pipeline,
            connection: connection,
            alteration: alteration,
            adopted: request.adopted,
            person: request.requestedBy
        )
        .run()
    }

    /// Writes the load and its tasks.
    ///
    /// - Returns: the load's number.
    func insert(as kind: LoadKind) async throws -> Int64 {
        let load = try await insertLoad(kind)
        try await PipelinePlaces(of: request.pipeline)?.make(on: connection)
        try await TaskTable(connection)
            .insert(TaskRows(tasks, pipeline: request.pipeline), ofLoad: load)
        return load
    }

    /// Under the schema's lock: nobody creates a load between this look and the claims.
    private func refuseMoved() async throws {
        guard let plan = request.plan else { return }
        let now = try await PlanStanding(pipeline: request.pipeline, periods: request.periods)
            .parts(on: connection)
        let changes = plan.ledgerParts.changes(to: PlanFingerprint(now))
        guard changes.isEmpty else { throw StarSchemaError.planMoved(plan, changes) }
    }

    /// A partition that was detached by hand is somebody's: a load cannot make another of its name, and
    /// does not take it back unasked.
    private func refuseDetached(_ losses: Losses) throws {
        for task in tasks where task.kind == .fact {
            guard let fact = request.pipeline.fact(task.name), let period = task.period,
                losses.slice(fact.table, period.label)?.isDetached == true
            else { continue }
            throw StarSchemaError.detached(fact, period, of: request.pipeline)
        }
    }

    private func insertLoad(_ kind: LoadKind) async throws -> Int64 {
        try await StoredDefinition.keep(
            request.definition,
            of: request.pipeline.name,
            on: connection
        )
        return try await LoadTable(connection).insert(request, as: kind, fleet: fleet)
    }
}
