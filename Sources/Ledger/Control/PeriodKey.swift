package import Pipelines
package import Postgres

/// A table's slice of time, or the whole of a table: what the control table has a row of.
package struct PeriodKey: Sendable, Hashable {
    /// The table's schema.
    package let schema: String
    /// The table's name.
    package let table: String
    /// The period's label; empty for a table that is loaded whole.
    package let period: String

    /// The table's slice `period`, or the whole of it.
    package init(schema: String, table: String, period: String = "") {
        self.schema = schema
        self.table = table
        self.period = period
    }

    /// The condition that a row of periods, tasks or rejects is of it.
    package var isRow: SQL { "\(isOfTable) and period = \(period)" }

    /// The condition that a row is of its table, whatever the period.
    package var isOfTable: SQL { "schema_name = \(schema) and table_name = \(table)" }
}

extension Pipeline {
    /// One of its tables, as the ledger has it.
    package func key(of table: String) -> PeriodKey { PeriodKey(schema: schema, table: table) }
}
