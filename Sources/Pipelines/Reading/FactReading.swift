/// Reads the section `facts`.
struct FactReading {
    let findings: Findings
    let columns: ColumnReading
    let extracts: ExtractReading
    /// Whether the pipeline says how facts are cut into periods.
    let hasPeriods: Bool

    func fact(_ entry: YAMLNode.Entry) -> Fact {
        let node = entry.value
        let read = columns.columns(in: node, taken: [:])
        let isByPeriod = node.entry("period") != nil
        checkPeriod(node["period"], in: read)
        checkGrain(node["grain"], in: read)
        return Fact(
            name: entry.name,
            extract: extracts.extract(of: node, isByPeriod: isByPeriod),
            periodColumn: node["period"]?.text,
            grain: node["grain"]?.texts ?? [],
            attributes: read.attributes,
            references: read.references,
            duplicates: node["duplicates"]?.text.flatMap(Fact.Duplicates.init) ?? .reject,
            checks: ExpressionReading(findings: findings).checks(of: node, in: read),
            expectations: ExpectationReading(
                findings: findings,
                extracts: extracts,
                columns: read,
                isByPeriod: isByPeriod
            )
            .expectations(node["expect"]),
            pool: node["pool"]?.text ?? "default",
            description: node["description"]?.text
        )
    }

    private func checkPeriod(_ node: YAMLNode?, in columns: Columns) {
        guard let node, let name = node.text else { return }
        if !hasPeriods {
            findings.add(
                .periodMissing,
                at: node.span,
                "the fact is loaded by period, but the pipeline has no `period`",
                expected: "`period: { grain: month, start: 2024-01 }` at the top of the definition"
            )
        }
        guard let entry = columns.entry(name) else {
            return reportUnknown(name, at: node.span, among: columns.names)
        }
        guard !columns.isMoment(entry) else { return }
        findings.add(
            .typeMismatch,
            at: node.span,
            "`period` cannot be `\(name)`",
            expected: "a column of type `date` or `timestamp`"
        )
    }

    private func checkGrain(_ node: YAMLNode?, in columns: Columns) {
        guard let node else { return }
        var seen: Set<String> = []
        for item in node.text == nil ? node.items : [node] {
            guard let name = item.text else { continue }
            if !seen.insert(name).inserted {
                findings.add(.nameTaken, at: item.span, "`\(name)` stands twice in `grain`")
            }
            if columns.entry(name) == nil {
                reportUnknown(name, at: item.span, among: columns.names)
            }
        }
    }

    private func reportUnknown(_ name: String, at span: Span, among names: [String]) {
        findings.add(
            .nameUnknown,
            at: span,
            "the fact has no column `\(name)`",
            expected: "a name under `columns`",
            suggestion: suggestion(for: name, among: names)
        )
    }
}
