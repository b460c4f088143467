package import Ledger
package import Postgres
package import Words

/// A query on the tables of a pipeline, for each of whose rows an API is asked; it runs as a mart's SQL does.
package struct WarehouseQuery {
    private let query: String
    private let source: String
    private let function: MartFunction

    /// A query of what a source is asked about.
    ///
    /// - Parameters:
    ///   - query: The SQL, with the period's bounds in place.
    ///   - source: The source, for messages.
    ///   - setting: What its names and times mean.
    ///   - role: The role that reads the tables of the schema; `nil` where there is none.
    ///   - connection: A connection in a transaction.
    package init(
        _ query: String,
        for source: String,
        setting: MartSetting,
        role: MartRole?,
        on connection: PostgresConnection
    ) {
        self.query = query
        self.source = source
        function = MartFunction(mart: "", setting: setting, role: role, connection: connection)
    }

    /// Rows beyond which nobody asks.
    private static let most = 100_001
    /// The bytes of rows, with the names of their columns, that are held at most.
    private static let largest = 64 << 20

    /// The rows in their order, as texts by their columns; a null is absent.
    ///
    /// - Throws: ``StarSchemaError`` when Postgres does not understand the query, or its rows are too large;
    ///   `PostgresError`.
    package func rows() async throws -> [[ExactText: String]] {
        let found: PostgresResult
        do {
            found = try await function.run(
                "select to_jsonb(asked) from (\(raw: query)\n) asked limit \(literal: String(Self.most))::bigint",
                returning: "setof jsonb"
            ) { call in
                """
                select asked.place, asked.is_beyond, member.key, member.value
                from (
                    select object, place, sum(octet_length(object::text)) over (rows unbounded preceding)
                        > \(literal: String(Self.largest))::bigint as is_beyond
                    from \(call) with ordinality found (object, place)
                ) asked
                left join lateral jsonb_each_text(asked.object) member on not asked.is_beyond
                order by asked.place
                """
            }
        } catch let error as PostgresError
            where ["42", "22", "54"].contains(error.sqlState?.errorClass)
        {
            throw StarSchemaError.badEach(of: source, error.message)
        }
        var rows: [[ExactText: String]] = []
        for row in found {
            guard try !row.boolean("is_beyond") else {
                throw StarSchemaError.largeEach(of: source, limit: Self.largest)
            }
            let place = try row.integer("place")
            if place > rows.count { rows.append([:]) }
            guard let key = try row.optionalText("key"), let value = try row.optionalText("value")
            else { continue }
            rows[place - 1][ExactText(key)] = value
        }
        return rows
    }
}
