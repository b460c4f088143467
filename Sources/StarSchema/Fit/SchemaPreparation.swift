import Ledger
import Pipelines
import Planning
import Postgres

/// Makes a pipeline's tables fit its definition, as far as nothing is destroyed by it.
///
/// It runs in the transaction that creates a load, so workers find every table in place and hold no
/// lock on a parent while they load.
struct SchemaPreparation {
    let pipeline: Pipeline
    let connection: PostgresConnection
    /// What may be done to tables that are there.
    var alteration = Alteration.done
    /// Tables, without their schema, that are taken over although Longshore has not made them, or another
    /// pipeline had them.
    var adopted: Set<String> = []
    /// Who asks for the load.
    let person: String

    /// Creates what is missing, adds columns, refuses what would destroy data.
    ///
    /// - Returns: what the ledger knew and was not there any more; the control table says so now.
    /// - Throws: ``StarSchemaError``; `LedgerError` when a table is somebody else's: nothing of it is touched.
    @discardableResult
    func run() async throws -> Losses {
        try await LedgerLock.takeSchema(
            pipeline.schema,
            within: alteration.patience,
            on: connection
        )
        try await ForeignCode(pipeline: pipeline, connection: connection).refuseAndHold()
        let ownership = TableOwnership(
            pipeline: pipeline,
            adopted: adopted,
            connection: connection
        )
        let claims = try await ownership.check()
        try await ownership.forgetMissing()
        try await ownership.takePeriods()
        try await makeVersionLocks()
        try await OwnedSchema(name: pipeline.schema, connection: connection).ensure()
        let losses = try await LossSurvey(pipeline: pipeline, connection: connection).losses()
        try await refuse(losses)
        let record = LossRecord(losses: losses, pipeline: pipeline, connection: connection)
        try await record.mark()
        try await fitTables(losses)
        try await record.note()
        try await record.reserveKeys()
        try await ownership.record(claims, by: person)
        return losses
    }

    private func refuse(_ losses: Losses) async throws {
        let misfits = try await LossRefusal(
            losses: losses,
            pipeline: pipeline,
            connection: connection
        )
        .misfits()
        guard misfits.isEmpty else { throw StarSchemaError.destructive(misfits) }
    }

    private func fitTables(_ losses: Losses) async throws {
        var misfits: [Misfit] = []
        for dimension in pipeline.dimensions { misfits += try await prepare(dimension, losses) }
        for fact in pipeline.facts { misfits += try await prepare(fact, losses) }
        let role = try await martRole()
        for mart in pipeline.marts {
            misfits +=
                try await table(of: mart, role).fitPeriods()
                .map { [$0] } ?? []
        }
        guard misfits.isEmpty else { throw StarSchemaError.destructive(misfits) }
        for name in try martOrder() {
            guard let mart = pipeline.mart(name) else { continue }
            misfits +=
                try await table(of: mart, role).prepare()
                .map { [$0] } ?? []
        }
        guard misfits.isEmpty else { throw StarSchemaError.destructive(misfits) }
        for export in pipeline.exports {
            try await ExportCheck(
                export: export,
                pipeline: pipeline,
                role: role,
                connection: connection
            )
            .run()
        }
        if asksAboutRows { try await role?.admit(on: connection) }
    }

    /// Whether an API is asked about rows of the pipeline's tables.
    private var asksAboutRows: Bool {
        let extracts = pipeline.dimensions.compactMap(\.extract) + pipeline.facts.map(\.extract)
        return extracts.contains { $0.calls?.each != nil }
    }

    /// - Returns: why it cannot follow its definition: then its tables are as they were.
    private func prepare(_ dimension: Dimension, _ losses: Losses) async throws -> [Misfit] {
        let changed = try await ChangedDimension(dimension, of: pipeline, on: connection)
            .check(altersTables: alteration != .refused)
        if let changed { return [changed] }
        var misfits: [Misfit] = []
        for design in dimension.designs(schema: pipeline.schema) {
            misfits += try await fit(design, of: dimension.table, losses).map { [$0] } ?? []
        }
        guard misfits.isEmpty else { return misfits }
        if let misfit = try await readings(of: dimension.table).check(dimension) { return [misfit] }
        try await addUnknownMember(of: dimension)
        // To look through all versions takes its time: a load does it where they are not guarded yet.
        if alteration == .done {
            try await ObservedColumns(
                dimension: dimension,
                schema: pipeline.schema,
                connection: connection
            )
            .fill(losses.droppedObservations(of: dimension))
            try await VersionConstraints(dimension, schema: pipeline.schema, on: connection)
                .ensure()
        }
        return []
    }

    /// - Returns: why it cannot follow its definition.
    private func prepare(_ fact: Fact, _ losses: Losses) async throws -> [Misfit] {
        let design = fact.design(schema: pipeline.schema)
        if let misfit = try await fit(design, of: fact.table, losses) { return [misfit] }
        return try await readings(of: fact.table).check(fact).map { [$0] } ?? []
    }

    private func readings(of table: String) -> ChangedReadings {
        ChangedReadings(of: table, in: pipeline, on: connection)
    }

    /// Of dimensions whose versions facts keep from moving while they are loaded.
    private func makeVersionLocks() async throws {
        for dimension in pipeline.dimensions where dimension.isVersioned {
            try await VersionLock(schema: pipeline.schema, dimension: dimension)
                .make(within: alteration.patience, on: connection)
        }
    }

    private func fit(
        _ design: TableDesign,
        of owner: String,
        _ losses: Losses
    ) async throws -> Misfit? {
        let fit = TableFit(
            design,
            of: owner,
            in: pipeline,
            alteration: alteration,
            dropped: losses.dropped[design.name] ?? [],
            on: connection
        )
        do {
            return try await fit.run()
        } catch let error as PostgresError {
            // Columns that were dropped count, too.
            throw StarSchemaError.beyondLimits("\(design.schema).\(design.name)", error) ?? error
        }
    }

    /// The role that reads the tables for marts and exports, and for those who ask about their rows.
    private func martRole() async throws -> MartRole? {
        guard !pipeline.marts.isEmpty || !pipeline.exports.isEmpty || asksAboutRows else {
            return nil
        }
        return try await MartRole.ensure(for: pipeline.schema, on: connection)
    }

    private func table(of mart: Mart, _ role: MartRole?) -> MartTable {
        MartTable(
            mart,
            of: pipeline,
            altersTables: alteration != .refused,
            role: role,
            on: connection
        )
    }

    private func addUnknownMember(of dimension: Dimension) async throws {
        let references = dimension.references.map(\.column)
        let columns = [dimension.surrogateKey] + references
        let values = columns.map { _ in "\(UnknownMember.key)" as SQL }.joined(separator: ", ")
        let table: SQL = "\(id: pipeline.schema, dimension.table)"
        let watch = try await RowWatch(over: table, on: connection)
        try await connection.query(
            """
            insert into \(table) (\(ids: columns))
            values (\(values)) on conflict (\(id: dimension.surrogateKey)) do nothing
            """
        )
        try await watch.refuseRest(
            of: .insert,
            count: """
                select 1 - count(*) from \(table) where \(id: dimension.surrogateKey) = \(UnknownMember.key)
                """
        )
    }

    /// The marts' names, each after the marts that it reads.
    private func martOrder() throws -> [String] {
        let graph = try PlanGraph(pipeline, periods: [Period(.day, containing: Day(number: 0))])
        return graph.tasks.filter { $0.kind == .mart }.map(\.name)
    }
}
