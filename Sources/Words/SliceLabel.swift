/// A table, and its period where it has one: `fact_call 2024-01`, `dim_agent`.
public func sliceLabel(_ period: String, of table: String) -> String {
    period.isEmpty ? table : "\(table) \(period)"
}
