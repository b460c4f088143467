import Extraction
import Pipelines
import Rows
import Words

/// Compares the types of a query's columns with what a table reads them as.
struct QueryTypes {
    private let types: [ExactText: String]

    init(_ columns: [QueryColumn]) {
        types = Dictionary(columns.map { ($0.name, $0.type) }) { first, _ in first }
    }

    /// What will not be read as it is meant.
    func problems(of table: CheckedTable) -> [String] {
        table.layout.rows.plans.compactMap { plan in
            guard plan.expression == nil, let type = types[plan.source],
                let advice = Self.advice(plan.type, of: type)
            else { return nil }
            return "`\(plan.name)` is read from `\(plan.source)`, which is of the type `\(type)` "
                + "there: \(advice)"
        }
    }

    /// Of Postgres, and of MariaDB.
    private static let fractions = [
        "numeric", "double precision", "real", "decimal", "double", "float",
    ]

    private static func advice(_ wanted: ColumnType, of type: String) -> String? {
        let isTimestamp = type.hasPrefix("timestamp") || type == "datetime"
        switch wanted {
        case .date(let format):
            if isTimestamp && !format.pattern.contains("H") {
                return
                    "cast it to a date in the query, or say by a `format` with hours that the time "
                    + "of day may be dropped"
            }
        case .timestamp:
            if type == "date" { return "it has no time of day, and becomes midnight" }
        case .integer:
            if Self.fractions.contains(type) {
                return "it may have digits behind the point"
            }
        case .uuid:
            if type.hasSuffix("int") || type == "integer" { return "it is a number" }
        case .boolean, .text, .decimal, .float, .json: break
        }
        return nil
    }
}
