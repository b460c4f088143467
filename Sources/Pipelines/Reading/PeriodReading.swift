import Words

/// Reads the section `period`.
struct PeriodReading {
    let findings: Findings

    func rule(in root: YAMLNode) -> PeriodRule? {
        guard let node = root["period"],
            let grain = node["grain"]?.text.flatMap(PeriodGrain.init),
            let first = period(node["start"], grain, named: "start")
        else { return nil }
        let last = period(node["end"], grain, named: "end")
        if let last, last < first, let span = node["end"]?.span {
            findings.add(
                .valueRange,
                at: span,
                "the last period `\(last.label)` lies before the first",
                expected: "`\(first.label)` or later"
            )
        }
        if let last, let span = node["end"]?.span {
            let count = first.count(through: last)
            if count > PeriodRule.most { reportTooMany(count, grain, at: span) }
        }
        return PeriodRule(grain: grain, first: first, last: last)
    }

    private func reportTooMany(_ count: Int, _ grain: PeriodGrain, at span: Span) {
        findings.add(
            .valueRange,
            at: span,
            "the pipeline has \(counted(count, grain.rawValue))",
            expected: "at most \(counted(PeriodRule.most, "period"))"
        )
    }

    private func period(_ node: YAMLNode?, _ grain: PeriodGrain, named key: String) -> Period? {
        guard let node, let label = node.text else { return nil }
        if let period = Period(label, grain: grain) { return period }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(key)` cannot be `\(label)`",
            expected: "a \(grain.rawValue), written `\(grain.example)`"
        )
        return nil
    }
}
