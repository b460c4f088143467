internal import Words

/// Reads the section `exports`.
struct ExportReading {
    let findings: Findings
    let sql: SQLFileReading
    let reads: SQLReads
    let sources: [String: Source]
    /// The names of all sources, those with problems among them.
    let sourceNames: [String]
    /// The names of all exports and charts.
    let exportNames: [String]

    func export(_ entry: YAMLNode.Entry) -> Export {
        let node = entry.value
        let isWhole = node["mode"]?.text == "replace"
        if isWhole { refuseKeys(ofWhole: node) } else { demandKey(of: node, named: entry.key) }
        let key = isWhole ? [] : self.key(node["key"])
        let deletesMissing = !isWhole && node["missing"]?.text == "delete"
        return export(
            entry,
            key: key,
            to: targets(key: key, isWhole: isWhole)
                .target(node["to"], deletesMissing: deletesMissing),
            deletesMissing: deletesMissing
        )
    }

    /// What reads where something with that key goes.
    func targets(key: [String], isWhole: Bool) -> ExportTargetReading {
        ExportTargetReading(
            findings: findings,
            sources: sources,
            sourceNames: sourceNames,
            key: key,
            isWhole: isWhole
        )
    }

    /// What exports and charts say alike.
    func export(
        _ entry: YAMLNode.Entry,
        key: [String],
        to target: ExportTarget,
        deletesMissing: Bool
    ) -> Export {
        let node = entry.value
        let scan = sql.scan(node["sql"], isByPeriod: false)
        return Export(
            name: entry.name,
            query: scan?.query ?? "",
            reads: reads.tables(
                of: node,
                mentioned: reads.mentions(in: [scan].compactMap(\.self)),
                as: "the export may be computed before they are loaded"
            ),
            key: key,
            target: target,
            deletesMissing: deletesMissing,
            after: after(node["after"], of: entry.name),
            patience: node["wait"]?["for"]?.text
                .flatMap { WrittenDuration($0, atLeast: 0) }?
                .value,
            pool: node["pool"]?.text ?? "default",
            description: node["description"]?.text
        )
    }

    private func demandKey(of node: YAMLNode, named name: YAMLNode.Key) {
        guard node["key"] == nil else { return }
        findings.add(
            .keyMissing,
            at: name.span,
            "the export has no `key`, by which one row is told from another",
            expected: "`key: customer_id`, or `mode: replace` where all rows are one object"
        )
    }

    /// The columns of a key; none where there is none.
    func key(_ declared: YAMLNode?) -> [String] {
        guard let declared else { return [] }
        let key = declared.texts
        if Set(key).count < key.count {
            findings.add(
                .valueMalformed,
                at: declared.span,
                "`key` names a column twice",
                expected: "each column once"
            )
        }
        return key
    }

    /// What is about single rows has no meaning where all rows are one object.
    private func refuseKeys(ofWhole node: YAMLNode) {
        for entry in ["key", "missing"].compactMap(node.entry) {
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(entry.name)` stands beside `mode: replace`, where all rows are one object",
                expected: "it only with `mode: upsert`"
            )
        }
    }

    private func after(_ node: YAMLNode?, of name: String) -> [String] {
        guard let node else { return [] }
        for item in node.text == nil ? node.items : [node] {
            guard let other = item.text, !exportNames.contains(other) else { continue }
            findings.add(
                .nameUnknown,
                at: item.span,
                "there is no export `\(other)`",
                expected: "a name under `exports` or `charts`",
                suggestion: suggestion(for: other, among: exportNames.filter { $0 != name })
            )
        }
        return node.texts
    }
}
