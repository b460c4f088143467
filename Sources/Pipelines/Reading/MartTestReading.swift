/// Reads the `tests` of a mart and the SQL files they name.
///
/// Which columns a mart has is for Postgres to say: they are looked for when a load is created.
struct MartTestReading {
    let findings: Findings
    let sql: SQLFileReading
    /// Whether the mart is computed per period.
    let isPerPeriod: Bool

    /// The tests, and of those with SQL what it holds.
    func tests(_ node: YAMLNode?) -> [(test: MartTest, scan: SQLScan?)] {
        (node?.items ?? [])
            .compactMap { item in
                guard case .mapping = item.content else { return nil }
                let scan = sql.scan(item["sql"], isByPeriod: isPerPeriod)
                return check(item, scan).map { (MartTest($0, severity: severity(item)), scan) }
            }
    }

    private func severity(_ node: YAMLNode) -> Expectations.Severity {
        node["severity"]?.text.flatMap(Expectations.Severity.init) ?? .fail
    }

    private func check(_ node: YAMLNode, _ scan: SQLScan?) -> MartTest.Check? {
        if let columns = node["unique"] { return .unique(columns.texts) }
        if let columns = node["not_null"] { return .notNull(columns.texts) }
        if let range = node["accepted_range"] { return self.range(range) }
        if let values = node["accepted_values"] {
            return .acceptedValues(
                column: values["column"]?.text ?? "",
                values["values"]?.texts ?? []
            )
        }
        return scan.map { .query($0.query, path: node["sql"]?.text ?? "") }
    }

    private func range(_ node: YAMLNode) -> MartTest.Check {
        if node["min"] == nil, node["max"] == nil {
            findings.add(
                .keyMissing,
                at: node.span,
                "an accepted range has neither `min` nor `max`",
                expected: "one of them, or both"
            )
        }
        return .acceptedRange(
            column: node["column"]?.text ?? "",
            min: node["min"]?.text,
            max: node["max"]?.text
        )
    }
}
