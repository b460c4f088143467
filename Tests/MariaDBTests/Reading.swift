import TestSupport

@testable import MariaDB

/// A connection of the reader.
func connect(_ url: String) async throws -> MariaDBConnection {
    try await MariaDBConnection.connect(MariaDBConfiguration(url: url))
}

/// The texts of all rows of a query, `nil` for a null.
func rows(
    _ sql: String,
    _ moments: [MariaDBMoment] = [],
    on connection: MariaDBConnection
) async throws -> [[String?]] {
    _ = try await connection.prepare(sql)
    let columns = try await connection.execute(moments)
    var texts: [[String?]] = []
    while true {
        let rows = try await connection.fetch(upTo: 1_000)
        for start in stride(from: 0, to: rows.values.count, by: columns.count) {
            texts.append(
                rows.values[start..<start + columns.count]
                    .map { $0.map { String(decoding: rows.bytes[$0], as: UTF8.self) } }
            )
        }
        if rows.isLast { return texts }
    }
}
