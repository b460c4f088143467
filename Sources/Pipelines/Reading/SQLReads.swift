import Words

/// What the SQL of a mart or an export reads: as it is declared, or as the SQL says.
struct SQLReads {
    let findings: Findings
    /// The schema of the pipeline's tables.
    let schema: String
    /// The names of all tables by the names that SQL calls them: `fact_call` → `call`.
    let tables: [String: String]

    /// The tables that `node` reads, by name.
    ///
    /// - Parameters:
    ///   - node: A mart or an export, with or without `reads`.
    ///   - mentioned: What its SQL mentions.
    ///   - harm: What may come of it when `reads` leaves out what the SQL mentions.
    /// - Returns: Their names.
    func tables(of node: YAMLNode, mentioned: [String], as harm: String) -> [String] {
        let mentioned = unique(mentioned)
        guard let declared = node["reads"] else { return mentioned }
        for item in declared.text == nil ? declared.items : [declared] { check(item) }
        let names = declared.texts
        let missing = mentioned.filter { !names.contains($0) }
        if !missing.isEmpty {
            findings.add(
                .nameUnknown,
                at: declared.span,
                severity: .warning,
                "`reads` leaves out what the SQL reads: "
                    + missing.inBackticks(),
                note: harm
            )
        }
        return names
    }

    /// The pipeline's own tables that SQL texts read, in their order.
    func mentions(in scans: [SQLScan]) -> [String] {
        let read = scans.flatMap { SQLTables($0.tokens).tables }
            .filter { $0.schema == nil || $0.schema == schema }
        return unique(read.compactMap { tables[$0.name] })
    }

    /// Each name once, where it stands first.
    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private func check(_ item: YAMLNode) {
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
