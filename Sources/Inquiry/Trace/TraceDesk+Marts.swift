import Ledger
import Pipelines
import Postgres

/// Where a mart's rows came from: one load task computed all of them, from what was there then.
extension TraceDesk {
    func origin(of mart: Mart, in table: TracedTable, key: [String]) async throws -> TracedRow {
        guard key.count == (mart.isPerPeriod ? 1 : 0) else {
            throw InquiryError.untraceable(
                table.title,
                mart.isPerPeriod
                    ? "it is computed per period: give the period alone, like `2024-01`"
                    : "it is computed whole: give no key"
            )
        }
        let period = key.first ?? ""
        let rows = try await client.query(
            """
            select loaded_by, period_start from longshore.control
            where \(table.key(period: period).isRow) and loaded_by is not null
            """
        )
        guard let row = rows.first else {
            throw InquiryError.noRow(
                table.title,
                key,
                hints: ["`longshore periods` shows what is loaded"]
            )
        }
        let load = try row.integer("loaded_by", as: Int64.self)
        return TracedRow(
            columns: [],
            load: load,
            reads: try await reads(of: mart, in: table, period: period),
            isInferred: false,
            origin: try await origin(
                load: load,
                table,
                periodStart: try row.optionalText("period_start")
            )
        )
    }

    private func reads(
        of mart: Mart,
        in table: TracedTable,
        period: String
    ) async throws -> [TracedRow.Read] {
        let rows = try await client.query(
            """
            select table_name, max(loaded_by) as load from longshore.control
            where schema_name = \(table.schema) and name = any(\(mart.reads)::text[]) and (\(period) = '' or period in ('', \(period)))
            group by table_name order by table_name
            """
        )
        return try rows.map { row in
            TracedRow.Read(
                table: try row.text("table_name"),
                load: try row.optionalInteger("load", as: Int64.self)
            )
        }
    }
}
