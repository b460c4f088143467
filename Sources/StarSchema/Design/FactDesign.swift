package import Pipelines
import Postgres
import Rows

extension Fact {
    /// The columns of the table in order: period, references, attributes, load, and the period whose
    /// task wrote the row where that may be another than the row's own.
    package func design(schema: String) -> TableDesign {
        let period = TableDesign.Column(
            name: "period",
            type: "date",
            constraint: "not null",
            role: .own,
            comment: "The first day of the period that the row belongs to"
        )
        let keys = references.map {
            TableDesign.Column(
                name: $0.column,
                type: "bigint",
                constraint: "not null",
                role: .reference,
                comment: $0.description ?? "Key of dim_\($0.dimension)"
            )
        }
        let values = attributes.map {
            TableDesign.Column(
                name: $0.name,
                type: $0.plan.type.postgresName,
                constraint: $0.plan.rules.contains(.required) ? "not null" : "",
                comment: $0.description
            )
        }
        let load = TableDesign.Column(
            name: "load_id",
            type: "bigint",
            constraint: "not null",
            role: .own,
            comment: "The load that wrote the row"
        )
        let loadPeriod = TableDesign.Column(
            name: Self.loadPeriod,
            type: "date",
            role: .own,
            comment: "The first day of the period whose load task wrote the row"
        )
        return TableDesign(
            schema: schema,
            name: table,
            columns: (periodColumn == nil ? [] : [period]) + keys + values + [load]
                + (recordsLoadPeriod ? [loadPeriod] : []),
            indexes: [TableDesign.Index(name: "\(table)_grain", columns: identifyingColumns)]
                + indexedColumns.map { TableDesign.index(on: $0, of: table) },
            isPartitionedByPeriod: periodColumn != nil,
            comment: description
        )
    }

    /// The column of the period whose load task wrote the row.
    package static let loadPeriod = "load_period"

    /// Whether a row's period does not tell which load task wrote it.
    var recordsLoadPeriod: Bool { periodColumn != nil && loading != .replace }

    /// The columns of the unique index: the grain, and the period that partitions are cut by.
    ///
    /// Where rows are looked for by their grain in all periods, the grain stands first.
    private var identifyingColumns: [String] {
        let period = periodColumn == nil ? [] : ["period"]
        return loading == .replace ? period + grainColumns : grainColumns + period
    }

    private var indexedColumns: [String] {
        references.filter(\.isIndexed).map(\.column)
            + attributes.filter(\.isIndexed).map(\.name)
    }

    /// The columns of the grain; of a reference, that of its key.
    package var grainColumns: [String] {
        grain.map { name in references.first { $0.name == name }?.column ?? name }
    }

    /// The name of the partition that holds `period`: `fact_call_2024_01`.
    ///
    /// Days do without separators. With them the longest fact's partitions would have 64 characters,
    /// of which Postgres drops the last: two days would share a name.
    package func leaf(_ period: Period) -> String {
        let separator = period.grain == .day ? "" : "_"
        return "\(table)_" + period.label.lowercased().replacing("-", with: separator)
    }
}
