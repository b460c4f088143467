internal import Rows

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
        checkLoading(node, in: read)
        let extract = extracts.extract(of: node, isByPeriod: isByPeriod)
        extracts.checkSources(of: read, in: extract)
        checkCut(node, extract)
        return Fact(
            name: entry.name,
            extract: extract,
            periodColumn: node["period"]?.text,
            grain: node["grain"]?.texts ?? [],
            attributes: read.attributes,
            references: read.references,
            duplicates: node["duplicates"]?.text.flatMap(Fact.Duplicates.init) ?? .reject,
            loading: loading(node),
            late: node["late"]?.text.flatMap(Fact.Late.init) ?? .reject,
            reload: node["reload"]?.text.flatMap(Fact.Reload.init) ?? .delete,
            demands: extracts.demands(of: node, in: read, isByPeriod: isByPeriod),
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
        findings.requireMoment(name, at: node.span, as: "period", of: "fact", columns)
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
                findings.reportNoColumn(name, at: item.span, of: "fact", columns)
            }
        }
    }

    private func loading(_ node: YAMLNode) -> Fact.Loading {
        node["load"]?.text.flatMap(Fact.Loading.init) ?? .replace
    }

    /// Whether `load`, `late` and `reload` go together.
    private func checkLoading(_ node: YAMLNode, in columns: Columns) {
        for key in ["late", "reload"] where node["period"] == nil {
            guard let entry = node.entry(key) else { continue }
            findings.add(
                .periodMissing,
                at: entry.key.span,
                "`\(key)` is about periods, but the fact is loaded whole",
                expected: "a fact with `period`"
            )
        }
        let isReplaced = loading(node) == .replace
        if isReplaced, let late = node["late"], late.text == Fact.Late.merge.rawValue {
            findings.add(
                .keyConflict,
                at: late.span,
                "`late: merge` cannot stand with `load: replace`: a reload of the earlier period "
                    + "would remove what came late",
                expected: "`load: merge` or `load: append` beside it, or `late: stale`"
            )
        }
        if !isReplaced, let reload = node["reload"] {
            findings.add(
                .keyConflict,
                at: reload.span,
                "`reload` is about periods that are replaced, and this fact is not",
                expected: "`load: replace`, or no `reload`"
            )
        }
        if !isReplaced {
            checkGrainIsRequired(node["grain"], in: columns)
            checkGrainIsKnown(node["grain"], in: columns)
        }
    }

    /// One input for all periods would be read for each of them, and each time all rows but those of the
    /// one period would be rejects: only a fact that takes in the rows of every period may have it.
    private func checkCut(_ node: YAMLNode, _ extract: Extract) {
        guard hasPeriods, node["period"] != nil, !extract.isCutByPeriod,
            node["late"]?.text != Fact.Late.merge.rawValue
        else { return }
        let merging =
            "`load: merge` (or `append`) with `late: merge`, which takes in the rows of all "
            + "periods; or no `period`, to load the fact whole"
        if let entry = node["from"]?.objects, let text = entry.value.text, !text.isEmpty {
            // A placeholder that is misspelled is told by itself.
            guard !text.contains("{") else { return }
            findings.add(
                .periodMissing,
                at: entry.value.span,
                "the fact is loaded by period, but `\(entry.name): \(text)` names the same file for each: every "
                    + "period would read it whole and reject the rows of the others",
                expected:
                    "`{period}` in the file's name (`\(Self.named(text))`), for one file a period; "
                    + merging
            )
        } else if let query = node["from"]?["query"], query.text != nil {
            findings.add(
                .periodMissing,
                at: query.span,
                "the fact is loaded by period, but its query has neither `:period_start` nor "
                    + "`:period_end`: every period would read all rows and reject those of the others",
                expected: "both in the query's `where`; " + merging
            )
        }
    }

    /// `sales.csv` → `sales_{period}.csv`.
    private static func named(_ pattern: String) -> String {
        let folder = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = folder.last, let dot = name.firstIndex(of: ".") else {
            return pattern + "_{period}"
        }
        let path = folder.dropLast().map { $0 + "/" }.joined()
        return path + name[..<dot] + "_{period}" + name[dot...]
    }

    /// A null is equal to nothing: its row would be added again by every load.
    private func checkGrainIsRequired(_ node: YAMLNode?, in columns: Columns) {
        for name in node?.texts ?? [] {
            guard let entry = columns.entry(name), let attribute = columns.attribute(name),
                !attribute.plan.rules.contains(.required)
            else { continue }
            findings.add(
                .keyColumn,
                at: entry.key.span,
                "the grain's column `\(name)` is not `required`",
                expected: "`required: true`: with `load: merge` and `load: append`, rows are found "
                    + "again by their grain"
            )
        }
    }

    /// The unknown member does not tell whom it stands for: when the member comes, its row would be added again.
    private func checkGrainIsKnown(_ node: YAMLNode?, in columns: Columns) {
        for name in node?.texts ?? [] {
            guard let entry = columns.entry(name),
                columns.references.contains(where: { $0.name == name && $0.missing == .unknown })
            else { continue }
            findings.add(
                .keyColumn,
                at: entry.key.span,
                "the grain's reference `\(name)` has `missing: unknown`: a row of the unknown member would not be found "
                    + "again when its member has come, and be there twice",
                expected:
                    "`missing: infer`, where a placeholder keeps the key, or `missing: reject`"
            )
        }
    }
}
