internal import Ledger
package import Pipelines
package import Postgres
internal import Words

/// What is asked of dashboards: their figures, and whether their queries can be asked.
package final class DashboardDesk: Sendable {
    private let clients: [PostgresClient]
    private let turns = Turns()
    private let cache = ResultCache()
    private let queryTime: Duration

    /// A desk with connections of its own, made when they are needed.
    ///
    /// - Parameters:
    ///   - configuration: The warehouse, with the login whose rights figures are read with.
    ///   - queryTime: How long a query may take.
    package init(_ configuration: PostgresConfiguration, queryTime: Duration = .seconds(10)) {
        self.queryTime = queryTime
        var reading = configuration
        reading.session.isReadOnly = true
        clients = (0..<Self.connections).map { _ in PostgresClient(reading) }
    }

    /// One dashboard that takes long does not hold up the others.
    private static let connections = 3

    /// Ends the connections.
    package func close() async {
        for client in clients { await client.close() }
    }

    // MARK: Figures

    /// A tab of a dashboard with its figures.
    ///
    /// - Parameters:
    ///   - dashboard: The dashboard.
    ///   - tab: The number of the tab.
    ///   - pipeline: The pipeline beside which it stands.
    ///   - asked: What was asked for, by the filter's name.
    /// - Returns: the tab, all of one moment.
    /// - Throws: ``DashboardError`` for a value that is none; `PostgresError` when the warehouse does not answer.
    package func view(
        of dashboard: Dashboard,
        tab: Int,
        in pipeline: Pipeline,
        asked: @Sendable (String) -> [String]
    ) async throws -> DashboardView {
        try await read(dashboard, tab, pipeline, asked) { reader in
            var answers: [PanelAnswer] = []
            for panel in dashboard.tabs[tab].panels {
                answers.append(try await reader.answer(panel))
            }
            return DashboardView(
                dashboard: dashboard,
                tab: tab,
                choices: reader.choices,
                options: try await Self.options(reader),
                answers: answers,
                pipeline: pipeline,
                today: reader.today
            )
        }
    }

    /// One panel with its figures, or with those of the place that was asked for.
    ///
    /// - Returns: a view of the tab with that panel alone; `nil` where there is no such panel.
    /// - Throws: As ``view(of:tab:in:asked:)`` does.
    package func view(
        of id: String,
        in dashboard: Dashboard,
        _ pipeline: Pipeline,
        asked: @Sendable (String) -> [String]
    ) async throws -> DashboardView? {
        let found = dashboard.tabs.indices.lazy
            .compactMap { tab in
                dashboard.tabs[tab].panels.first { $0.id == id }.map { (tab, $0) }
            }
            .first
        guard let (tab, panel) = found else { return nil }
        let place = panel.axes.isEmpty ? nil : PanelPlace(asked: asked)
        return try await read(dashboard, tab, pipeline, asked) { reader in
            let answer = try await reader.answer(panel)
            return DashboardView(
                dashboard: dashboard,
                tab: tab,
                choices: reader.choices,
                options: [:],
                answers: [place.map(answer.narrowed) ?? answer],
                pipeline: pipeline,
                today: reader.today,
                place: place
            )
        }
    }

    private static func options(_ reader: SnapshotReader) async throws -> [String: [FilterOption]] {
        var options: [String: [FilterOption]] = [:]
        for filter in reader.filters {
            guard case .choice(let query, _) = filter.kind else { continue }
            do {
                options[filter.name] = try await reader.options(query)
            } catch is PanelFailure {
                options[filter.name] = []
            }
        }
        return options
    }

    // MARK: Checks

    /// Whether the warehouse has tables of a pipeline: without them no query can be asked.
    ///
    /// - Throws: `PostgresError` when the warehouse does not answer.
    package func knows(_ pipeline: Pipeline) async throws -> Bool {
        try await clients[0]
            .withConnection { connection in
                guard
                    try await connection.query("select to_regclass('longshore.control') as ledger")
                        .first?
                        .isNull("ledger") == false
                else { return false }
                let rows = try await connection.query(
                    "select from longshore.control where schema_name = \(pipeline.schema) and loaded_by is not null limit 1"
                )
                return !rows.isEmpty
            }
    }

    /// What the warehouse does not understand of a dashboard's queries, and which columns they do not have.
    ///
    /// - Throws: `PostgresError` when the warehouse does not answer.
    package func problems(
        of dashboard: Dashboard,
        in pipeline: Pipeline
    ) async throws -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for (number, tab) in dashboard.tabs.enumerated() {
            problems += try await read(dashboard, number, pipeline, { _ in [] }) { reader in
                var found: [Diagnostic] = []
                for filter in tab.filters {
                    guard case .choice(let query, _) = filter.kind else { continue }
                    found += try await Self.problems(of: query, [], dashboard, reader)
                }
                for panel in tab.panels {
                    found += try await Self.problems(
                        of: panel.query,
                        panel.columns,
                        dashboard,
                        reader
                    )
                }
                return found
            }
        }
        var seen: Set<Diagnostic> = []
        return problems.filter { seen.insert($0).inserted }
    }

    private static func problems(
        of query: PanelQuery,
        _ named: [NamedColumn],
        _ dashboard: Dashboard,
        _ reader: SnapshotReader
    ) async throws -> [Diagnostic] {
        let columns: [ExactText]
        do {
            columns = try await reader.columns(of: query)
        } catch let failure as PanelFailure {
            return [
                dashboard.problem(
                    .sqlStatement,
                    at: failure.position ?? query.origin.start,
                    "Postgres refuses the SQL: \(failure.description)"
                )
            ]
        }
        return named.filter { !columns.contains(ExactText($0.name)) }
            .map { column in
                dashboard.problem(
                    .nameUnknown,
                    at: column.position,
                    length: column.length,
                    "the query has no column `\(column.name)`",
                    expected: columns.texts.inBackticks(),
                    suggestion: NearestNames(to: column.name, among: columns.texts, limit: 1).names
                        .first
                )
            }
    }

    // MARK: Transactions

    private func read<Value>(
        _ dashboard: Dashboard,
        _ tab: Int,
        _ pipeline: Pipeline,
        _ asked: @Sendable (String) -> [String],
        _ body: (SnapshotReader) async throws -> Value
    ) async throws -> Value {
        let client = clients[turns.next() % clients.count]
        return try await client.withOwnSession { connection in
            try await connection.rolledBack(isolation: .repeatableRead) {
                try await SnapshotReader.settle(
                    pipeline,
                    queryTime: queryTime,
                    on: connection
                )
                let days = try await DataDays.read(pipeline, on: connection)
                let filters = dashboard.tabs[tab].filters
                return try await body(
                    SnapshotReader(
                        pipeline: pipeline,
                        filters: filters,
                        choices: try DashboardChoices(filters, asked: asked, newest: days.newest),
                        today: days.today,
                        cache: cache,
                        connection: connection,
                        deadline: .now + SnapshotReader.pageTime,
                        queryTime: queryTime
                    )
                )
            }
        }
    }
}
