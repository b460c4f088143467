internal import Rows

extension ExtractReading {
    /// What the sections `checks` and `expect` of a fact or dimension say.
    func demands(of table: YAMLNode, in columns: Columns, isByPeriod: Bool) -> Demands {
        let checks = ExpressionReading(findings: findings).checks(of: table, in: columns)
        let reading = ExpectationReading(
            findings: findings,
            extracts: self,
            columns: columns,
            isByPeriod: isByPeriod
        )
        return Demands(checks: checks, expectations: reading.expectations(table["expect"]))
    }
}

/// Reads the section `expect` of a fact or dimension.
private struct ExpectationReading {
    let findings: Findings
    let extracts: ExtractReading
    /// The columns of the table.
    let columns: Columns
    /// Whether the table is loaded by period.
    let isByPeriod: Bool

    func expectations(_ node: YAMLNode?) -> Expectations {
        var expectations = Expectations()
        if let rows = node?["rows"] {
            let bounds = RuleReading(findings: findings).bounds(in: rows)
            expectations.minimumRows = bounds.minimum ?? expectations.minimumRows
            expectations.maximumRows = bounds.maximum
            expectations.rowsSeverity = severity(rows)
        }
        if let rejects = node?["rejects"], let share = rejects["max"]?.text.flatMap(Share.init) {
            expectations.maximumRejectShare = share.value
            expectations.rejectsSeverity = severity(rejects)
        }
        expectations.requiresFile = node?["file"]?.text == Grammar.fileWords.required
        expectations.volume = volume(node?["volume"])
        expectations.freshness = freshness(node?["freshness"])
        expectations.totals = (node?["totals"]?.entries ?? []).compactMap(total)
        return expectations
    }

    private func volume(_ node: YAMLNode?) -> Expectations.VolumeBand? {
        guard let node else { return nil }
        if let count = node.entry("of"), !isByPeriod {
            findings.add(
                .periodMissing,
                at: count.key.span,
                "`of` counts periods, but the table is loaded whole",
                expected: "no `of`: the measure is what the last load has loaded"
            )
        }
        if let count = node["of"], let number = count.int, number < 1 {
            findings.add(
                .valueRange,
                at: count.span,
                "`of` cannot be `\(number)`",
                expected: "1 or more"
            )
        }
        guard let share = node["within"]?.text.flatMap(Share.init) else { return nil }
        return Expectations.VolumeBand(
            within: share.value,
            periods: isByPeriod ? max(1, node["of"]?.int ?? 3) : 1,
            severity: severity(node)
        )
    }

    private func severity(_ node: YAMLNode) -> Expectations.Severity {
        node["severity"]?.text.flatMap(Expectations.Severity.init) ?? .fail
    }

    // MARK: Freshness

    private func freshness(_ node: YAMLNode?) -> Freshness? {
        guard let node, let text = node["within"]?.text, let span = node["within"]?.span else {
            return nil
        }
        if let column = node["column"], let name = column.text {
            findings.requireMoment(name, at: column.span, as: "column", of: "table", columns)
        }
        guard let age = Freshness.Age(text) else {
            findings.add(
                .valueMalformed,
                at: span,
                "`within` cannot be `\(text)`",
                expected: "a length of time: `90 minutes`, `36 hours`, `2 days`, `1 week`"
            )
            return nil
        }
        return Freshness(
            column: node["column"]?.text ?? "",
            within: age,
            severity: severity(node)
        )
    }

    // MARK: Totals

    private func total(_ entry: YAMLNode.Entry) -> ControlTotal? {
        let node = entry.value
        guard case .mapping = node.content else { return nil }
        if let column = node["column"] { checkSummed(column) }
        return ControlTotal(
            name: entry.name,
            column: node["column"]?.text,
            extract: extracts.extract(of: node, isByPeriod: isByPeriod),
            value: node["value"]?.text,
            within: tolerance(node["within"]) ?? .amount("0"),
            severity: severity(node)
        )
    }

    /// Floating-point numbers have no exact sum: what it is depends on the order of the rows.
    private func checkSummed(_ node: YAMLNode) {
        guard let name = node.text else { return }
        guard columns.entry(name) != nil else {
            return findings.reportNoColumn(name, at: node.span, of: "table", columns)
        }
        // Of a column whose type is wrong nothing more is to be told.
        guard !columns.unreadable.contains(name) else { return }
        switch columns.attribute(name)?.plan.type {
        case .integer, .decimal: return
        case nil where !columns.isReference(name): return
        default:
            findings.add(
                .typeMismatch,
                at: node.span,
                "`column` cannot be `\(name)`",
                expected: "a column of type `integer` or `decimal(p,s)`"
            )
        }
    }

    private func tolerance(_ node: YAMLNode?) -> ControlTotal.Tolerance? {
        guard let node, let text = node.text else { return nil }
        if let tolerance = ControlTotal.Tolerance(text) { return tolerance }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`within` cannot be `\(text)`",
            expected: "a number or a percentage from 0 on: `0`, `0.01`, `0.5%`"
        )
        return nil
    }
}
