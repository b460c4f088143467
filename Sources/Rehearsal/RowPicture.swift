import Pipelines
import Postgres
import Rows

/// The rows of a table or of one period in numbers: how many, and the sums of its measures.
struct RowPicture {
    /// The table's quoted name.
    let table: SQL
    /// The condition that the rows are of the period.
    var condition: SQL = "true"
    var measures: [Attribute] = []
    let connection: PostgresConnection

    struct Reading {
        let rows: Int
        /// In the order of the measures.
        let sums: [String]
        /// A sum over all columns, so that rows that only change elsewhere are found.
        let checksum: String
    }

    /// All rows together.
    func read() async throws -> Reading {
        let result = try await connection.query(
            "select \(numbers), '' as checksum from \(table) where \(condition)"
        )
        return try result.first.map(reading) ?? empty
    }

    /// The rows of each period, by its first day.
    func readByPeriod() async throws -> [String: Reading] {
        let result = try await connection.query(
            """
            select \(numbers), sum(hashtextextended(t::text, 0)::numeric)::text as checksum,
                period::text as period
            from \(table) t where \(condition) group by period
            """
        )
        var readings: [String: Reading] = [:]
        for row in result { readings[try row.text("period")] = try reading(row) }
        return readings
    }

    /// What there is of no row.
    var empty: Reading { Reading(rows: 0, sums: measures.map { _ in "0" }, checksum: "") }

    private var numbers: SQL {
        let sums = measures.indices.map { index -> SQL in
            ", coalesce(sum(\(exact(measures[index]))), 0)::text as \(id: "sum\(index)")"
        }
        return "count(*) as rows\(sums.joined(separator: ""))"
    }

    private func reading(_ row: PostgresRow) throws -> Reading {
        Reading(
            rows: try row.integer("rows"),
            sums: try measures.indices.map { try row.text("sum\($0)") },
            checksum: try row.text("checksum")
        )
    }

    /// How the sums have changed since `before`.
    func changes(from before: Reading, to after: Reading) async throws -> [MeasureChange] {
        guard !measures.isEmpty else { return [] }
        let differences = try await connection.query(
            """
            select (after::numeric - before::numeric)::text as change
            from unnest(\(before.sums)::text[], \(after.sums)::text[])
                with ordinality t(before, after, place)
            order by place
            """
        )
        return try zip(measures.indices, differences)
            .map { index, row in
                MeasureChange(
                    name: measures[index].name,
                    before: before.sums[index],
                    after: after.sums[index],
                    change: try row.text("change")
                )
            }
    }

    /// Binary fractions are summed by their decimal text: sums of them depend on the rows' order.
    private func exact(_ measure: Attribute) -> SQL {
        let name: SQL = "\(id: measure.name)"
        if case .float = measure.plan.type { return "\(name)::text::numeric" }
        return name
    }
}
