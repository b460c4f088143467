public import Pipelines
public import Planning
import Postgres

/// A period of a fact that a person has changed in the control table.
public struct PeriodChange: Sendable, Hashable, Codable {
    /// The fact's table.
    public var table: String
    /// The period's label.
    public var period: String
    /// What it is now.
    public var state: PeriodState
}

/// What people change in the control table: which periods there are, and which are closed.
///
/// Each change waits for loads that are being created, and they for it, so that no load can claim a
/// period while it is being closed.
extension PostgresLedger {
    /// Registers periods, so that a load finds them pending.
    ///
    /// - Returns: those that were not there yet.
    public func addPeriods(
        _ periods: [Period],
        of pipeline: Pipeline
    ) async throws -> [PeriodChange] {
        try await changeControl(of: pipeline) { connection in
            try await TaskRows(periods, of: pipeline).register(on: connection)
        }
    }

    /// Closes periods, registered or not: no load touches them until they are opened again.
    ///
    /// - Parameters:
    ///   - periods: The periods, of all facts and marts of the pipeline.
    ///   - pipeline: The pipeline.
    ///   - reason: Why; loads that name the period are refused with it.
    ///   - person: Who closes them.
    /// - Returns: those that were not closed yet.
    /// - Throws: ``LedgerError`` when a running load has claimed one: nothing is closed then.
    public func closePeriods(
        _ periods: [Period],
        of pipeline: Pipeline,
        reason: String?,
        by person: String
    ) async throws -> [PeriodChange] {
        let labels = periods.map(\.label)
        return try await changeControl(of: pipeline) { connection in
            _ = try await TaskRows(periods, of: pipeline).register(on: connection)
            try await Self.refuseClaimed(labels, of: pipeline, on: connection)
            return try await Self.changes(
                connection.query(
                    """
                    update longshore.control
                    set state = 'closed', state_before = state, reason_before = reason, reason = \(reason),
                        closed_by = \(person), closed_at = clock_timestamp()
                    where schema_name = \(pipeline.schema) and pipeline = \(pipeline.name) and period = any(\(labels)::text[])
                        and state <> 'closed'
                    returning kind, table_name, period, state
                    """
                )
            )
        }
    }

    /// Opens closed periods again: each is what it was before it was closed.
    ///
    /// - Returns: those that were closed.
    public func reopenPeriods(
        _ periods: [Period],
        of pipeline: Pipeline
    ) async throws -> [PeriodChange] {
        try await changeControl(of: pipeline) { connection in
            try await Self.changes(
                connection.query(
                    """
                    update longshore.control
                    set state = coalesce(state_before, 'pending'), state_before = null,
                        reason = reason_before, reason_before = null,
                        closed_by = null, closed_at = null
                    where schema_name = \(pipeline.schema) and pipeline = \(pipeline.name) and period = any(\(periods.map(\.label))::text[])
                        and state = 'closed'
                    returning kind, table_name, period, state
                    """
                )
            )
        }
    }

    /// The definition of the newest load of a pipeline, by its name.
    static func newestDefinitionSQL(ofPipeline name: String) -> SQL {
        """
        select l.id, d.bundle from longshore.load l
        join longshore.definition d on d.digest = l.definition
        where l.pipeline = \(name) order by l.id desc limit 1
        """
    }

    /// The definition that the newest load of a pipeline was made with; `nil` when there is no load.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read it any more.
    public func newestDefinition(ofPipeline name: String) async throws -> Pipeline? {
        let rows = try await query(Self.newestDefinitionSQL(ofPipeline: name))
        return try rows.first.map { row in
            let (pipeline, _) = try Self.definition(in: row)
            return pipeline.called(name)
        }
    }

    /// The newest load of a pipeline as it was asked for, without its periods; `nil` when there is
    /// none.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read its definition any more.
    public func newestRequest(
        ofPipeline name: String,
        by person: String
    ) async throws -> LoadRequest? {
        let rows = try await query(
            """
            select l.id, d.bundle, l.folder from longshore.load l
            join longshore.definition d on d.digest = l.definition
            where l.pipeline = \(name) order by l.id desc limit 1
            """
        )
        return try rows.first.map { row in
            let (pipeline, bundle) = try Self.definition(in: row)
            return LoadRequest(
                pipeline: pipeline.called(name),
                definition: bundle,
                folder: try row.text("folder"),
                periods: [],
                requestedBy: person
            )
        }
    }

    // MARK: Steps

    /// What a row of ``newestDefinitionSQL`` says.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read it any more.
    static func definition(in row: PostgresRow) throws -> (Pipeline, DefinitionBundle) {
        let text = try row.text("bundle")
        return try UnreadableDefinition.telling(ofLoad: row.integer("id", as: Int64.self)) {
            let bundle = try DefinitionBundle(encoded: text)
            return (try Pipeline.parse(bundle: bundle), bundle)
        }
    }

    private func changeControl(
        of pipeline: Pipeline,
        _ body: (PostgresConnection) async throws -> [PeriodChange]
    ) async throws -> [PeriodChange] {
        try await transaction { connection in
            try await LedgerLock.takeSchema(pipeline.schema, on: connection)
            try await TableOwnership(pipeline: pipeline, connection: connection).refuseOthers()
            return try await body(connection)
        }
    }

    private static func refuseClaimed(
        _ labels: [String],
        of pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            select c.table_name, c.period, l.id from longshore.control c
            join longshore.load l on l.id = c.claimed_by and l.state = 'running'
            where c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name) and c.period = any(\(labels)::text[])
            order by l.id desc, c.kind, c.table_name, c.period limit 1
            """
        )
        guard let row = rows.first else { return }
        throw LedgerError.claimed(
            try row.text("table_name"),
            try row.text("period"),
            load: try row.integer("id", as: Int64.self)
        )
    }

    /// The rows of facts, in order; their marts go with them.
    static func changes(_ result: PostgresResult) throws -> [PeriodChange] {
        try result.filter { try $0.text("kind") == LoadTaskKind.fact.rawValue }
            .map { row in
                PeriodChange(
                    table: try row.text("table_name"),
                    period: try row.text("period"),
                    state: try row.periodState("state")
                )
            }
            .sorted { ($0.table, $0.period) < ($1.table, $1.period) }
    }
}

extension TaskRows {
    /// A row for each table that `pipeline` loads by period, and each of `periods`.
    init(_ periods: [Period], of pipeline: Pipeline) throws {
        let tasks = try PlanGraph(pipeline, periods: periods).tasks.filter { $0.period != nil }
        self.init(tasks, pipeline: pipeline)
    }
}
