/// Reads the section `expect` of a fact.
struct ExpectationReading {
    let findings: Findings
    /// Whether the fact is loaded by period.
    let isByPeriod: Bool

    func expectations(_ node: YAMLNode?) -> Expectations {
        var expectations = Expectations()
        if let rows = node?["rows"] {
            let bounds = RuleReading(findings: findings).bounds(in: rows)
            expectations.minimumRows = bounds.minimum ?? expectations.minimumRows
            expectations.maximumRows = bounds.maximum
            expectations.rowsSeverity = severity(rows)
        }
        if let rejects = node?["rejects"] {
            expectations.maximumRejectShare = rejects["max"]?.text.flatMap(Share.init)?.value
            expectations.rejectsSeverity = severity(rejects)
        }
        expectations.volume = volume(node?["volume"])
        return expectations
    }

    private func volume(_ node: YAMLNode?) -> Expectations.VolumeBand? {
        guard let node else { return nil }
        if !isByPeriod {
            findings.add(
                .periodMissing,
                at: node.span,
                "`volume` compares periods, but the fact is loaded whole",
                expected: "a fact with `period`"
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
            periods: max(1, node["of"]?.int ?? 3),
            severity: severity(node)
        )
    }

    private func severity(_ node: YAMLNode) -> Expectations.Severity {
        node["severity"]?.text.flatMap(Expectations.Severity.init) ?? .fail
    }
}
