internal import Rows

/// Reads the section `dimensions`.
struct DimensionReading {
    let findings: Findings
    let columns: ColumnReading
    let extracts: ExtractReading

    func dimension(_ entry: YAMLNode.Entry) -> Dimension {
        let node = entry.value
        if node["calendar"] != nil {
            return CalendarReading(findings: findings, extracts: extracts).dimension(entry)
        }
        let expiry = expiry(of: node)
        var taken = ["\(entry.name)_key": "its surrogate key"]
        if expiry != nil { taken["expired_at"] = "since when the source has the member no more" }
        let read = columns.columns(in: node, taken: taken)
        checkKey(node["key"], in: read)
        checkEffective(node["effective"], in: read)
        var all = extracts
        all.readsEveryPeriod = true
        let extract = all.extract(of: node, isByPeriod: false)
        checkExpiry(node, extract)
        extracts.checkSources(of: read, in: extract)
        return Dimension(
            name: entry.name,
            content: .extract(extract),
            key: node["key"]?.texts ?? [],
            effective: node["effective"]?.text,
            attributes: read.attributes,
            references: read.references,
            expiry: expiry,
            demands: extracts.demands(of: node, in: read, isByPeriod: false),
            pool: node["pool"]?.text ?? "default",
            description: node["description"]?.text
        )
    }

    /// A file of one period says nothing of members that others have told.
    private func checkExpiry(_ node: YAMLNode, _ extract: Extract) {
        guard extract.everyPeriod != nil, node["on_missing"]?.text == "expire",
            let entry = node.entry("on_missing")
        else { return }
        findings.add(
            .keyConflict,
            at: entry.key.span,
            "`on_missing: expire` stands where members come period by period",
            expected: "no `on_missing`, or one file with all members"
        )
    }

    private func expiry(of node: YAMLNode) -> ExpiryRule? {
        let bound = node["expect"]?["expired"]
        guard node["on_missing"]?.text == "expire" else {
            if let bound {
                findings.add(
                    .keyConflict,
                    at: bound.span,
                    "`expired` stands where no member expires",
                    expected: "it beside `on_missing: expire`"
                )
            }
            return nil
        }
        var rule = ExpiryRule()
        if let share = bound?["max"]?.text.flatMap(Share.init) { rule.maximumShare = share.value }
        if let word = bound?["severity"]?.text, let severity = Expectations.Severity(rawValue: word)
        {
            rule.severity = severity
        }
        return rule
    }

    // MARK: Key and versions

    private func checkKey(_ node: YAMLNode?, in columns: Columns) {
        guard let node else { return }
        var seen: Set<String> = []
        for item in node.text == nil ? node.items : [node] {
            guard let name = item.text else { continue }
            if !seen.insert(name).inserted {
                findings.add(.nameTaken, at: item.span, "`\(name)` stands twice in `key`")
            }
            guard let entry = columns.entry(name) else {
                findings.reportNoColumn(name, at: item.span, of: "dimension", columns)
                continue
            }
            checkKeyColumn(entry, columns, at: item.span)
        }
    }

    private func checkKeyColumn(_ entry: YAMLNode.Entry, _ columns: Columns, at span: Span) {
        if columns.isReference(entry.name) {
            findings.add(
                .keyColumn,
                at: span,
                "the key column `\(entry.name)` is a reference",
                expected: "a column with a `type`"
            )
            return
        }
        if let change = entry.value.entry("scd") {
            findings.add(
                .keyColumn,
                at: change.key.span,
                "the key column `\(entry.name)` cannot have `scd`",
                expected: "no `scd`: a row with another key is another row"
            )
        }
        guard isSaidOptional(entry.value) else { return }
        findings.add(
            .keyColumn,
            at: entry.key.span,
            "the key column `\(entry.name)` is not `required`",
            expected: "`required: true`: a row without its key cannot be found again"
        )
    }

    /// Whether a column is not `required`, and not because the word is misspelt: that is reported.
    private func isSaidOptional(_ column: YAMLNode) -> Bool {
        if let required = column.entry("required")?.value { return required.bool == false }
        return column["type"] != nil
            && column.entries.allSatisfy { Grammar.dimensionColumn.key($0.name) != nil }
    }

    private func checkEffective(_ node: YAMLNode?, in columns: Columns) {
        guard let node, let name = node.text else { return }
        findings.requireMoment(name, at: node.span, as: "effective", of: "dimension", columns)
    }
}
