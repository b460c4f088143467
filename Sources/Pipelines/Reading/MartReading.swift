/// Reads the section `marts`.
struct MartReading {
    let findings: Findings
    let sql: SQLFileReading
    /// Whether the pipeline says how facts are cut into periods.
    let hasPeriods: Bool
    /// Finds what its SQL reads.
    let reads: SQLReads

    func mart(_ entry: YAMLNode.Entry) -> Mart {
        let node = entry.value
        let isPerPeriod = node["per"]?.text == "period"
        if isPerPeriod, !hasPeriods, let span = node["per"]?.span {
            findings.add(
                .periodMissing,
                at: span,
                "the mart is computed per period, but the pipeline has no `period`",
                expected: "`period: { grain: month, start: 2024-01 }` at the top of the definition"
            )
        }
        let scan = sql.scan(node["sql"], isByPeriod: isPerPeriod)
        if let scan, let span = node["sql"]?.span { checkPlaceholders(scan, isPerPeriod, at: span) }
        let tests = MartTestReading(findings: findings, sql: sql, isPerPeriod: isPerPeriod)
            .tests(node["tests"])
        let others = reads.mentions(in: tests.compactMap(\.scan)).filter { $0 != entry.name }
        return Mart(
            name: entry.name,
            query: scan?.query ?? "",
            isPerPeriod: isPerPeriod,
            reads: reads.tables(
                of: node,
                mentioned: reads.mentions(in: [scan].compactMap(\.self)) + others,
                as: "the mart may be computed before they are loaded"
            ),
            tests: tests.map(\.test),
            pool: node["pool"]?.text ?? "default",
            description: node["description"]?.text
        )
    }

    private func checkPlaceholders(_ scan: SQLScan, _ isPerPeriod: Bool, at span: Span) {
        guard isPerPeriod, scan.placeholders.isEmpty, !findings.hasErrors else { return }
        findings.add(
            .periodMissing,
            at: span,
            severity: .warning,
            "the mart is computed per period, but its SQL has no `:period_start`",
            expected: "a query for the rows from `:period_start` up to `:period_end`"
        )
    }
}
