import Pipelines
import Planning
import Postgres
import Rows

/// Reads a dimension's business keys and surrogate keys.
struct KeyMapQuery {
    let dimension: Dimension
    let attempt: Attempt

    func map() async throws -> KeyMap {
        let table = attempt.table(dimension.table)
        let revision = try await revision()
        if let known = attempt.keyMaps.map(of: table, revision: revision) { return known }
        let condition = dimension.isVersioned ? "where valid_from < valid_to" : ""
        let map = try await Self.read(
            dimension,
            from: "\(table) \(condition)",
            on: attempt.connection
        )
        attempt.keyMaps.keep(map, of: table, revision: revision)
        return map
    }

    /// Read before the keys are: a map is at least as new as its revision says.
    private func revision() async throws -> Int64 {
        let rows = try await attempt.connection.query(
            """
            select revision from longshore.control
            where schema_name = $1 and table_name = $2 and period = ''
            """,
            [.text(attempt.row.schema), .text(dimension.table)]
        )
        return try rows.first.map { try $0.integer("revision", as: Int64.self) } ?? -1
    }

    /// Loads the map from the rows that `source` (a FROM item with its condition) gives.
    static func read(
        _ dimension: Dimension,
        from source: String,
        on connection: PostgresConnection
    ) async throws -> KeyMap {
        let start = dimension.isVersioned ? ", valid_from" : ""
        let surrogate = quoteIdentifier(dimension.surrogateKey)
        let columns = surrogate + start + ", " + quotedList(dimension.key)
        let first = dimension.isVersioned ? 2 : 1
        var reader = BinaryCopyReader()
        var map = KeyMap()
        var key: [UInt8] = []
        try await connection.copyOut(
            "copy (select \(columns) from \(source)) to stdout (format binary)"
        ) { chunk in
            try reader.read(chunk) { row in
                guard let surrogate = try row.integer(0),
                    row.readKey(first..<row.count, into: &key)
                else { return }
                let start = dimension.isVersioned ? try row.integer(1) : nil
                map.insert(key.span, surrogate: surrogate, validFrom: start ?? .min)
            }
        }
        try reader.finish()
        return map
    }
}

extension BinaryCopyRow {
    /// The bytes of a business key as ``KeyMap`` takes it: the field itself, or, of several fields,
    /// each with its length before it.
    ///
    /// - Returns: `false` when a field is null, as in the unknown member.
    fileprivate func readKey(_ fields: Range<Int>, into key: inout [UInt8]) -> Bool {
        key.removeAll(keepingCapacity: true)
        for index in fields {
            guard !isNull(index) else { return false }
            withSpan(index) { bytes in
                if fields.count > 1 {
                    let length = UInt32(bytes.count)
                    for shift in stride(from: 24, through: 0, by: -8) {
                        key.append(UInt8(truncatingIfNeeded: length >> shift))
                    }
                }
                for place in bytes.indices { key.append(bytes[place]) }
            }
        }
        return true
    }
}
