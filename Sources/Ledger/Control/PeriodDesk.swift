public import Pipelines
public import Planning
package import Postgres
import Words

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
public struct PeriodDesk: Sendable {
    package let client: PostgresClient
    let log: ActionLog

    /// Registers periods, so that a load finds them pending.
    ///
    /// - Returns: those that were not there yet.
    public func add(
        _ periods: [Period],
        of pipeline: Pipeline
    ) async throws -> [PeriodChange] {
        try await change(.add, periods, of: pipeline) { connection in
            try await ControlTable(connection).register(TaskRows(periods, of: pipeline))
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
    public func close(
        _ periods: [Period],
        of pipeline: Pipeline,
        reason: String?,
        by person: String
    ) async throws -> [PeriodChange] {
        try await change(.close, periods, of: pipeline, reason: reason) { connection in
            let table = ControlTable(connection)
            try await table.register(TaskRows(periods, of: pipeline))
            try await Self.refuseClaimed(periods.map(\.label), of: pipeline, on: connection)
            return try await table.close(periods, of: pipeline, reason: reason, by: person)
        }
    }

    /// Opens closed periods again: each is what it was before it was closed.
    ///
    /// - Returns: those that were closed.
    public func reopen(
        _ periods: [Period],
        of pipeline: Pipeline
    ) async throws -> [PeriodChange] {
        try await change(.reopen, periods, of: pipeline) { connection in
            try await ControlTable(connection).reopen(periods, of: pipeline)
        }
    }

    /// What the control table says of facts, of one pipeline or all; and of the marts that are behind them.
    package func recorded(ofPipeline pipeline: String?) async throws -> [PeriodReport] {
        let rows = try await client.query(
            """
            select pipeline, schema_name || '.' || table_name as table_name, period, state, reason,
                closed_by, loaded_by, rows_loaded, rows_rejected,
                \(isoTime("loaded_at")) as loaded_at
            from longshore.control
            where (kind = \(LoadTaskKind.fact) or kind = \(LoadTaskKind.mart) and reason is not null
                    and state in (\([PeriodState.pending, .stale])))
                and (\(pipeline)::text is null or pipeline = \(pipeline))
            order by pipeline, table_name, period
            """
        )
        return try rows.map { row in
            PeriodReport(
                pipeline: try row.text("pipeline"),
                table: try row.text("table_name"),
                period: try row.text("period"),
                state: try row.word("state"),
                reason: try row.optionalText("reason"),
                closedBy: try row.optionalText("closed_by"),
                loadedBy: try row.optionalInteger("loaded_by", as: Int64.self),
                loadedAt: try row.optionalText("loaded_at"),
                rows: try row.optionalInteger("rows_loaded"),
                rejected: try row.optionalInteger("rows_rejected")
            )
        }
    }

    // MARK: Steps

    private func change(
        _ verb: ActionVerb,
        _ periods: [Period],
        of pipeline: Pipeline,
        reason: String? = nil,
        _ body: (PostgresConnection) async throws -> [PeriodChange]
    ) async throws -> [PeriodChange] {
        let labels = periods.map(\.label)
        return try await client.transaction { connection in
            try await LedgerLock.takeSchema(pipeline.schema, on: connection)
            try await TableOwnership(pipeline: pipeline, connection: connection).refuseOthers()
            return try await log.write(
                verb,
                "\(pipeline.name) \(labels.listed(atMost: Self.mostLabels))",
                reason: reason,
                standing: .of(labels, of: pipeline),
                on: connection,
                where: { !$0.isEmpty }
            ) { try await body(connection) }
        }
    }

    /// The most periods that the action log names.
    private static let mostLabels = 24

    private static func refuseClaimed(
        _ labels: [String],
        of pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            select c.table_name, c.period, l.id from longshore.control c
            join longshore.load l on l.id = c.claimed_by and l.state = \(LoadState.running)
            where \(ControlTable.areOf(pipeline, labels))
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
}

extension PeriodChange {
    /// The rows of facts, in order; their marts go with them.
    static func ofFacts(_ result: PostgresResult) throws -> [PeriodChange] {
        try result.filter { try $0.word("kind", as: LoadTaskKind.self) == .fact }
            .map { row in
                PeriodChange(
                    table: try row.text("table_name"),
                    period: try row.text("period"),
                    state: try row.word("state")
                )
            }
            .sorted { ($0.table, $0.period) < ($1.table, $1.period) }
    }
}

extension TaskRows {
    /// A row for each table that `pipeline` loads by period, and each of `periods`.
    init(_ periods: [Period], of pipeline: Pipeline) throws {
        let tasks = try PlanGraph(pipeline, periods: periods).tasks.filter { $0.period != nil }
        self.init(LoadTasks(tasks), pipeline: pipeline)
    }
}
