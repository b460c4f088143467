import Extraction
import Pipelines
import Postgres
import Words

/// Asks queries of a dashboard in a transaction that sees one moment and changes nothing.
struct SnapshotReader {
    let pipeline: Pipeline
    let filters: [DashboardFilter]
    let choices: DashboardChoices
    let today: Day
    let cache: ResultCache
    let connection: PostgresConnection
    /// When nothing is asked any more.
    let deadline: ContinuousClock.Instant
    /// How long a query may take.
    let queryTime: Duration

    /// How long all queries of a page may take.
    static let pageTime = Duration.seconds(25)
    private static let batch = 1_000

    /// What is set for all statements: names, the zone, limits, and the reader's rights where there is such a role, else no more than the right to read (a
    /// superuser reads files and ends sessions, too).
    static func settle(
        _ pipeline: Pipeline,
        queryTime: Duration,
        on connection: PostgresConnection
    ) async throws {
        let role = try await readers(pipeline, on: connection)
        // Temporary tables stand in for none of the schema's.
        let path: SQL = "\(id: pipeline.schema), pg_temp"
        let time: String = "\(queryTime.wholeMilliseconds)ms"
        try await connection.query(
            """
            select set_config('search_path', \(path.text), true),
                set_config('timezone', \(pipeline.zone), true),
                set_config('statement_timeout', \(time), true),
                set_config('cursor_tuple_fraction', '1', true),
                case when \(role)::text is not null then set_config('role', \(role)::text, true) end
            """
        )
    }

    /// The role whose rights figures are read with; it is looked up in a savepoint, so that nothing of the server's stays locked,
    /// for what is locked tells what a query reads.
    private static func readers(
        _ pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws -> String? {
        try await connection.query("savepoint readers")
        let rows = try await connection.query(
            """
            select rolname as name from pg_roles
            where rolname in ('longshore_reader', 'pg_read_all_data') and rolname <> current_user
                and pg_has_role(oid, 'member') and has_schema_privilege(oid, \(pipeline.schema)::text, 'usage')
                and has_table_privilege(oid, 'longshore.control', 'select')
            order by rolname <> 'longshore_reader' limit 1
            """
        )
        try await connection.query("rollback to savepoint readers")
        return try rows.first?.text("name")
    }

    // MARK: Panels

    /// The rows of a panel, and what they rest on.
    func answer(_ panel: Panel) async throws -> PanelAnswer {
        var answer = PanelAnswer(panel: panel, outcome: .failure(Self.late), choices: choices)
        guard ContinuousClock.now < deadline else { return answer }
        do {
            answer.outcome = .success(try await figures(of: panel))
        } catch let failure as PanelFailure {
            answer.outcome = .failure(failure)
        }
        return answer
    }

    private static let late = PanelFailure(
        "it was not asked any more: the panels before it took \(pageTime.components.seconds) s"
    )

    private func figures(of panel: Panel) async throws -> PanelAnswer.Figures {
        var (rows, seal) = try await ask(panel.query, choices)
        seal.tables.sort { ($0.kind == .other ? 1 : 0) < ($1.kind == .other ? 1 : 0) }
        var figures = PanelAnswer.Figures(rows: rows, seal: seal, basePlaces: nil)
        if let place = Self.place(panel, rows), !choices.values.isEmpty,
            !seal.mainTables.contains(where: \.isByPeriod)
        {
            let all = try await ask(panel.query, choices.unfiltered).rows
            figures.basePlaces = Set(all.rows.indices.compactMap { all.value(place, $0) }.exact)
        }
        return figures
    }

    /// The column of the axis's places.
    private static func place(_ panel: Panel, _ rows: PanelRows) -> String? {
        switch panel.kind {
        case .chart(let chart): chart.x.column
        case .big: rows.columns.first?.name
        default: nil
        }
    }

    /// The values of a choice: the first column, and what people read of the second.
    func options(_ query: PanelQuery) async throws -> [FilterOption] {
        let rows = try await ask(query, choices.unfiltered).rows
        return rows.rows.compactMap { row in
            guard let value = row.first ?? nil else { return nil }
            return FilterOption(value: value, title: (row.count > 1 ? row[1] : nil) ?? value)
        }
    }

    // MARK: Queries

    private func ask(
        _ query: PanelQuery,
        _ choices: DashboardChoices
    ) async throws -> (rows: PanelRows, seal: Seal) {
        let bound = try await bound(query, choices)
        return try await inSavepoint(bound) { () throws in
            let reading = SealReading(
                pipeline: pipeline,
                span: choices.span,
                today: today,
                connection: connection
            )
            let columns = try await declared(bound)
            if let table = try await reading.privateTable() {
                throw PanelFailure(
                    "it reads `\(table)`, which is shown to nobody here: `longshore roles` makes the role of readers, "
                        + "as which dashboards then read"
                )
            }
            let tables = try await reading.lockedTables()
            let seal = try await reading.seal(of: tables)
            let key = ResultCache.Key(
                statement: [bound.sql.text, bound.sql.written].exact,
                schema: pipeline.schema,
                zone: pipeline.zone,
                day: today,
                stamp: try await reading.stamp(of: tables),
                standings: seal.pieces.map(\.standing)
            )
            let isSteady = try await reading.isSteady(bound.sql, tables)
            if isSteady, let rows = cache.rows(key) { return (rows, seal) }
            try await connection.query("close panel")
            let rows = try await located(bound) { try await fetch(bound.sql, columns) }
            if isSteady { cache.keep(rows, as: key) }
            return (rows, seal)
        }
    }

    /// A query with what is chosen; what its span of time is compared with, the server says.
    private func bound(
        _ query: PanelQuery,
        _ choices: DashboardChoices
    ) async throws -> BoundQuery {
        let bound = BoundQuery(query, filters, choices)
        guard let span = choices.span else { return bound }
        let bounds = try QueryBounds(
            from: span.start,
            to: span.end,
            clock: SourceClock(zone: pipeline.zone)
        )
        let instants = try await bounds.instants(
            in: SQLText(query.sql),
            numbered: bound.sql,
            on: connection
        )
        return instants.isEmpty
            ? bound : BoundQuery(query, filters, choices, instants: instants)
    }

    /// What stands before a query when it is sent.
    private static let declare = "declare panel no scroll cursor for "

    /// Plans a query, as a cursor that has given no row yet.
    private func declared(_ query: BoundQuery) async throws -> PostgresResult {
        try await located(query) {
            try await connection.query("\(raw: Self.declare)\(query.sql)")
            return try await next(0)
        }
    }

    /// The rows, as far as the server lets them out.
    private func fetch(_ sql: SQL, _ columns: PostgresResult) async throws -> PanelRows {
        let bounded = BoundedRows(sql, columns: columns.columns.count)
        try await connection.query("\(raw: Self.declare)\(bounded.sql)")
        var rows = PanelRows(of: columns)
        while !rows.isCut {
            let result = try await next(Self.batch)
            try bounded.add(result, to: &rows)
            guard result.count == Self.batch else { break }
        }
        return rows
    }

    private func next(_ count: Int) async throws -> PostgresResult {
        try await connection.query("fetch forward \(raw: String(count)) from panel")
    }

    /// The columns that a query gives, without its rows.
    func columns(of query: PanelQuery) async throws -> [ExactText] {
        let bound = BoundQuery(query, filters, choices)
        return try await inSavepoint(bound) { try await declared(bound).columns.exact }
    }

    /// Leaves nothing behind: no cursor, no lock, no setting.
    private func inSavepoint<Value>(
        _ query: BoundQuery,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await connection.query("savepoint panel")
        do {
            let value = try await body()
            try await connection.query("rollback to savepoint panel")
            return value
        } catch let error as PanelFailure {
            try await connection.query("rollback to savepoint panel")
            throw error
        }
    }

    /// What the server says of a statement, where it stands in the file.
    @discardableResult
    private func located<Value>(
        _ query: BoundQuery,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await connection.limited(to: queryTime, body)
        } catch let error as PostgresError where error.code == .timeout {
            throw PanelFailure(tooLong)
        } catch let error as PostgresError {
            guard case .sqlState(let state) = error.code, !state.isServerTrouble else {
                throw error
            }
            let length = Self.declare.unicodeScalars.count
            let position = error.position.flatMap {
                $0 > length ? query.position(ofSent: $0 - length) : nil
            }
            throw PanelFailure(words(error), at: position)
        }
    }

    private var tooLong: String { "it takes longer than \(DurationWords.inSeconds(queryTime))" }

    private func words(_ error: PostgresError) -> String {
        switch error.sqlState {
        case .queryCanceled?: tooLong
        case .insufficientPrivilege?:
            "\(error.message): let a superuser run what `longshore roles --schema \(pipeline.schema)` prints"
        default: error.message
        }
    }
}
