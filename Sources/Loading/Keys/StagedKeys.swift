import Pipelines
import Postgres
import Rows
import StarSchema

/// Business keys of a dimension in a temporary table, to be joined with it.
struct StagedKeys {
    /// The temporary table's name, without its schema.
    let name: String
    let dimension: Dimension
    let connection: PostgresConnection

    /// The temporary table, qualified.
    var table: SQL { "pg_temp.\(id: name)" }

    /// Makes the table, of `keys`; it goes with the transaction, or by ``drop()``.
    func create(_ keys: [MissingKey]) async throws {
        let columns = dimension.keyAttributes.map {
            "\(id: $0.name) \(raw: $0.plan.type.postgresName)" as SQL
        }
        try await connection.query(
            "create temp table \(id: name) (\(columns.joined(separator: ", "))) on commit drop"
        )
        let tuples = keys.flatMap(\.copyTuple)
        try await connection.copyIn("copy \(table) from stdin (format binary)") { writer in
            try await writer.write(BinaryCopy.header + tuples + BinaryCopy.trailer)
        }
    }

    func drop() async throws {
        try await connection.query("drop table \(table)")
    }
}

extension MissingKey {
    /// The key as a row of a binary COPY: the number of fields, then each with its length.
    fileprivate var copyTuple: [UInt8] {
        func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
            stride(from: value.bitWidth - 8, through: 0, by: -8)
                .map {
                    UInt8(truncatingIfNeeded: value >> $0)
                }
        }
        return bigEndian(Int16(fields.count))
            + fields.flatMap { bigEndian(Int32($0.count)) + $0 }
    }
}
