import Postgres

/// What can be said of a key that no row has.
extension PostgresLedger {
    /// The error for it, with the newest rejects of the table that hold all values of the key.
    func absence(of key: [String], in table: TracedTable) async throws -> WarehouseError {
        // Raw rows need not be text in any encoding: `escape` makes every byte ASCII, and keeps letters.
        let conditions = key.indices.map { index in
            "encode(raw, 'escape') ~ ('(^|[^[:alnum:]])' || regexp_replace("
                + "encode(convert_to($\(index + 3)::text, 'UTF8'), 'escape'), "
                + "'([^[:alnum:]])', '\\\\\\1', 'g') || '($|[^[:alnum:]])')"
        }
        let rows = try await query(
            """
            select id, load_id, source, line, rule, state from longshore.reject
            where schema_name = $1 and table_name = $2
                and \(conditions.joined(separator: " and "))
            order by state = 'open' desc, id desc limit 3
            """,
            [.text(table.schema), .text(table.name)] + key.map { .text($0) }
        )
        let hints = try rows.map { row in
            let id = try row.text("id")
            return try
                "line \(row.text("line")) of `\(row.text("source"))` holds it, and was rejected in "
                + "load \(row.text("load_id")) by the rule `\(row.text("rule"))` "
                + "(\(row.text("state"))): `longshore rejects show \(id)`"
        }
        return .noRow(table.title, key, hints: hints)
    }
}
