import Words

/// Reads the section `marts`.
struct MartReading {
    let findings: Findings
    let sql: SQLFileReading
    /// Whether the pipeline says how facts are cut into periods.
    let hasPeriods: Bool
    /// The schema of the pipeline's tables.
    let schema: String
    /// The names of all tables by the names that SQL calls them: `fact_call` → `call`.
    let tables: [String: String]

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
        let others = mentions(in: tests.compactMap(\.scan)).filter { $0 != entry.name }
        return Mart(
            name: entry.name,
            query: scan?.query ?? "",
            isPerPeriod: isPerPeriod,
            reads: reads(
                of: node,
                mentioned: unique(mentions(in: [scan].compactMap(\.self)) + others)
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

    // MARK: What it reads

    private func reads(of node: YAMLNode, mentioned: [String]) -> [String] {
        guard let declared = node["reads"] else { return mentioned }
        for item in declared.text == nil ? declared.items : [declared] { checkRead(item) }
        let names = declared.texts
        let missing = mentioned.filter { !names.contains($0) }
        if !missing.isEmpty {
            findings.add(
                .nameUnknown,
                at: declared.span,
                severity: .warning,
                "`reads` leaves out what the SQL reads: "
                    + missing.inBackticks(),
                note: "the mart may be computed before they are loaded"
            )
        }
        return names
    }

    /// The pipeline's own tables that SQL texts read, in their order.
    private func mentions(in scans: [SQLScan]) -> [String] {
        let read = scans.flatMap { SQLTables($0.tokens).tables }
            .filter { $0.schema == nil || $0.schema == schema }
        return unique(read.compactMap { tables[$0.name] })
    }

    /// Each name once, where it stands first.
    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private func checkRead(_ item: YAMLNode) {
        guard let name = item.text, !tables.values.contains(name) else { return }
        findings.add(
            .nameUnknown,
            at: item.span,
            "there is no fact, dimension or mart `\(name)`",
            expected: "a name under `facts`, `dimensions` or `marts`",
            suggestion: tables[name] ?? suggestion(for: name, among: tables.values.sorted())
        )
    }
}
