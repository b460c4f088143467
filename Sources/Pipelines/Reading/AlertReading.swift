import Schedules

/// Reads the section `alerts`.
struct AlertReading {
    let findings: Findings

    /// The entries, in the order in which they are written; those with a problem are left out, and reported.
    func entries(in root: YAMLNode) -> [AlertEntry] {
        guard case .list(let items)? = root["alerts"]?.content else { return [] }
        return items.compactMap { entry($0, in: root) }
    }

    private func entry(_ node: YAMLNode, in root: YAMLNode) -> AlertEntry? {
        guard let words = node["on"]?.texts, let to = node["to"],
            let target = AlertTargetReading(findings: findings).target(to)
        else { return nil }
        let rules =
            words.contains(Grammar.allRules)
            ? AlertRule.allCases : words.compactMap(AlertRule.init)
        var entry = AlertEntry(rules: Set(rules), target: target)
        if let share = node["above"]?.text.flatMap(Share.init) { entry.share = share.value }
        if let awaited = node["awaited"]?.text.flatMap({ WrittenDuration($0) }) {
            entry.patience = awaited.value
        }
        entry.by = time(node["by"])
        checkKeys(of: entry, node)
        checkOverdue(entry, words, node, in: root)
        return entry
    }

    private func time(_ node: YAMLNode?) -> TimeOfDay? {
        guard let node, let text = node.text else { return nil }
        if let time = TimeOfDay(text) { return time }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(text)` cannot stand here",
            expected: "a time of day: `06:00`"
        )
        return nil
    }

    /// What is said of a rule that is not told would be believed to hold.
    private func checkKeys(of entry: AlertEntry, _ node: YAMLNode) {
        let owners: [(key: String, rule: AlertRule)] = [
            ("above", .rejects), ("awaited", .sourceMissing), ("by", .overdue),
        ]
        for owner in owners where !entry.rules.contains(owner.rule) {
            guard let key = node.entry(owner.key) else { continue }
            findings.add(
                .keyConflict,
                at: key.key.span,
                "`\(owner.key)` is about `\(owner.rule.rawValue)`, which is not told here",
                expected: "`\(owner.rule.rawValue)` in `on`, or no `\(owner.key)`"
            )
        }
    }

    /// An alert that never comes is worse than none.
    private func checkOverdue(
        _ entry: AlertEntry,
        _ words: [String],
        _ node: YAMLNode,
        in root: YAMLNode
    ) {
        if let by = node.entry("by"), root.entry("period") == nil {
            findings.add(
                .periodMissing,
                at: by.key.span,
                "`by` is about periods, and the pipeline has none",
                expected: "a `schedule` with a `deadline` in its place"
            )
        }
        guard words.contains(AlertRule.overdue.rawValue), node.entry("by") == nil,
            root["schedule"]?.entry("deadline") == nil
        else { return }
        findings.add(
            .keyMissing,
            at: node["on"]?.span ?? node.span,
            "nothing says when the pipeline is overdue",
            expected: "`by: 06:00` here, or a `deadline` in `schedule`"
        )
    }
}
