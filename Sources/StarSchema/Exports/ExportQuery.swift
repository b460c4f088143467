import Ledger
package import Pipelines
package import Postgres
import Words

/// The query of an export, as a function's body that gives each row's key and the row in JSON.
package struct ExportQuery {
    private let export: Export
    /// The types of its columns, by their names.
    let columns: [ExactText: String]
    /// The names of its columns, in their order.
    let names: [ExactText]

    /// Asks Postgres for the columns of an export's query.
    ///
    /// - Parameters:
    ///   - export: The export.
    ///   - setting: What names and times in it mean.
    ///   - connection: A connection in a transaction.
    /// - Returns: The query, with its columns' types.
    /// - Throws: `PostgresError`.
    package static func make(
        of export: Export,
        in setting: MartSetting,
        on connection: PostgresConnection
    ) async throws -> ExportQuery {
        let columns = try await MartShape.make(
            of: SQL(raw: export.query),
            in: setting,
            on: connection
        )
        let names = try await connection.query("select * from \(MartShape.table) limit 0").columns
            .exact
        try await MartShape.drop(on: connection)
        return ExportQuery(export: export, columns: columns, names: names)
    }

    /// What the function returns.
    package static let type: SQL = "table (key_values text[], body text)"

    /// One row for each of the query's, or one that has all of them, in the query's order.
    package var rows: SQL {
        if case .charts(_, _, let plan) = export.target { return values(of: plan) }
        if export.isPanel { return table }
        let query: SQL = "(\(raw: export.query)\n) export_row"
        guard export.isWhole else {
            return """
                select array[\(Self.texts(of: export.key))], \(row) from \(query)
                """
        }
        let lines: SQL = "(select row_to_json(export_row)::text as line from \(query)) lines"
        guard case .objects(_, _, .jsonLines) = export.target else {
            return """
                select array[]::text[],
                    '[' || coalesce(string_agg(line, ',' || chr(10)), '') || ']' || chr(10) from \(lines)
                """
        }
        return """
            select array[]::text[], coalesce(string_agg(line, chr(10)) || chr(10), '') from \(lines)
            """
    }

    /// For each key, or for all rows, a list of the values that a chart shows of each row, in the query's order: as texts,
    /// so that numbers keep their digits.
    private func values(of plan: ChartPlan) -> SQL {
        let rows: SQL = """
            (select array[\(Self.texts(of: export.key))]::text[] as key_values,
                json_build_array(\(Self.texts(of: plan.columns.map(\.name)))) as row_values,
                row_number() over () as place
            from (\(raw: export.query)\n) export_row) chart_row
            """
        let list: SQL = "json_agg(row_values order by place)::text"
        guard export.isWhole else {
            return "select key_values, \(list) from \(rows) group by key_values"
        }
        return "select array[]::text[], coalesce(\(list), '[]') from \(rows)"
    }

    /// An object with the names and types of the columns, and the rows as lists of texts, in the query's order; so many rows
    /// that who has a bound for them sees it crossed.
    private var table: SQL {
        let heads = names.map { name in
            "json_build_array(\(literal: name.text)::text, \(literal: columns[name] ?? "")::text)"
                as SQL
        }
        return """
            select array[]::text[], json_build_object(
                'columns', json_build_array(\(heads.joined(separator: ", "))),
                'rows', coalesce(json_agg(row_values order by place), '[]'))::text
            from (select json_build_array(\(Self.texts(of: names.texts))) as row_values,
                    row_number() over () as place
                from (\(raw: export.query)\n) export_row limit \(raw: String(Self.mostRows))) panel_row
            """
    }

    private static let mostRows = 10_001

    private static func texts(of columns: [String]) -> SQL {
        columns.map { "export_row.\(id: $0)::text" as SQL }.joined(separator: ", ")
    }

    private var row: SQL {
        guard case .documents = export.target else { return "row_to_json(export_row)::text" }
        return DocumentRow(columns: columns).json
    }

    /// Why its columns do not do; `nil` when they do.
    var problem: String? {
        if let missing = export.columns.first(where: { columns[ExactText($0.name)] == nil }) {
            return "it has no column `\(missing.name)`, which `\(missing.key)` names"
        }
        guard case .documents = export.target else { return nil }
        return DocumentRow(columns: columns).problem(key: export.key)
    }
}

/// Asks Postgres, before a load begins, whether it understands the query of an export and may run it.
struct ExportCheck {
    let export: Export
    let pipeline: Pipeline
    let role: MartRole?
    let connection: PostgresConnection

    /// - Throws: ``StarSchemaError`` that says what is wrong with the definition; `PostgresError`.
    func run() async throws {
        let setting = MartSetting(schema: pipeline.schema, zone: pipeline.zone)
        let function = MartFunction(
            mart: export.name,
            kind: export.word,
            setting: setting,
            role: role,
            connection: connection
        )
        do {
            try await role?.admit(on: connection)
            let anyDay = Day(number: 0)
            let query = try await ExportQuery.make(
                of: export.showing(from: anyDay, to: anyDay),
                in: setting,
                on: connection
            )
            if let problem = query.problem {
                throw StarSchemaError.badQuery(of: "\(export.word) `\(export.name)`", problem)
            }
            try await function.check(query.rows)
        } catch let error as PostgresError
            where ["0A", "42", "54"].contains(error.sqlState?.errorClass)
        {
            throw function.refusal(error)
                ?? .badQuery(of: "\(export.word) `\(export.name)`", error.message)
        }
    }
}
