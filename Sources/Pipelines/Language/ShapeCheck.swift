import Words

/// Compares a definition with the tables of keys: unknown, missing and empty keys, wrong kinds.
struct ShapeCheck {
    let findings: Findings

    /// Checks that `node`, the value of `name`, has `shape`.
    func check(_ node: YAMLNode, named name: YAMLNode.Key, is shape: Shape) {
        if node.isBroken { return }
        if node.isNull { return reportNull(node, named: name, shape) }
        switch shape {
        case .list(let item): checkList(node, named: name, of: item, shape)
        case .oneOrMore(let item):
            if case .list = node.content {
                checkList(node, named: name, of: item, shape)
            } else {
                checkScalar(node, named: name, is: item)
            }
        case .named(let what, let value):
            checkNames(node, named: name, of: what, value, shape)
        case .titled(_, let value):
            guard expectMapping(node, named: name, shape) else { return }
            for entry in node.entries { check(entry.value, named: entry.key, is: value) }
        case .texts:
            guard expectMapping(node, named: name, shape) else { return }
            for entry in node.entries { check(entry.value, named: entry.key, is: .text) }
        case .record(let record):
            guard expectMapping(node, named: name, shape) else { return }
            checkRecord(node, named: name, record)
        case .variants(let records):
            guard expectMapping(node, named: name, shape) else { return }
            guard let record = Shape.variant(of: node, among: records) else { return }
            checkRecord(node, named: name, record)
        case .either(let text, let mapping):
            checkEither(node, named: name, text: text, mapping: mapping, shape)
        default: checkScalar(node, named: name, is: shape)
        }
    }

    private func checkEither(
        _ node: YAMLNode,
        named name: YAMLNode.Key,
        text: Shape,
        mapping: Shape,
        _ shape: Shape
    ) {
        switch node.content {
        case .scalar: check(node, named: name, is: text)
        case .mapping: check(node, named: name, is: mapping)
        default: reportKind(node, named: name, shape)
        }
    }

    // MARK: Lists and mappings

    private func checkList(
        _ node: YAMLNode,
        named name: YAMLNode.Key,
        of item: Shape,
        _ shape: Shape
    ) {
        guard case .list(let items) = node.content else {
            return reportKind(node, named: name, shape)
        }
        if items.isEmpty {
            findings.add(
                .valueMissing,
                at: node.span,
                "the list of `\(name.text)` is empty",
                expected: shape.expectation
            )
        }
        for element in items { check(element, named: name, is: item) }
    }

    private func checkNames(
        _ node: YAMLNode,
        named name: YAMLNode.Key,
        of what: String,
        _ value: Shape,
        _ shape: Shape
    ) {
        guard expectMapping(node, named: name, shape) else { return }
        for entry in node.entries {
            if !Identifier.isValid(entry.name) {
                reportName(entry.name, at: entry.key.span, of: what)
            }
            check(entry.value, named: entry.key, is: value)
        }
    }

    private func checkRecord(_ node: YAMLNode, named name: YAMLNode.Key, _ record: Record) {
        for (index, entry) in node.entries.enumerated() {
            if let key = record.key(entry.name) {
                check(entry.value, named: entry.key, is: key.shape)
            } else if !isRestOfCutType(index, in: node) {
                reportUnknown(entry.key, in: record)
            }
        }
        let missing = record.keys.filter { $0.isRequired && node.entry($0.name) == nil }
        for key in missing {
            findings.add(
                .keyMissing,
                at: name.span,
                "\(record.title) needs the key `\(key.name)`",
                expected: "`\(key.name)`: \(key.shape.expectation)"
            )
        }
        for group in record.alternatives { checkOneOf(group, in: node, named: name, record) }
    }

    private func checkOneOf(
        _ group: [String],
        in node: YAMLNode,
        named name: YAMLNode.Key,
        _ record: Record
    ) {
        let present = group.compactMap { node.entry($0)?.key }
            .sorted { $0.span.position < $1.span.position }
        let list = group.inBackticks()
        if present.isEmpty {
            findings.add(
                .keyMissing,
                at: name.span,
                "\(record.title) needs one of the keys \(list)"
            )
        }
        for key in present.dropFirst() {
            findings.add(
                .keyConflict,
                at: key.span,
                "`\(key.text)` stands beside `\(present[0].text)`",
                expected: "only one of \(list)"
            )
        }
    }

    /// In `{ type: decimal(12,2) }` YAML cuts the text at the comma; the type's own check tells it.
    private func isRestOfCutType(_ index: Int, in node: YAMLNode) -> Bool {
        guard index > 0, let before = node.entries[index - 1].value.text else { return false }
        return before.contains("(") && !before.contains(")") && node.entries[index].value.isNull
    }

    private func expectMapping(_ node: YAMLNode, named name: YAMLNode.Key, _ shape: Shape) -> Bool {
        if case .mapping = node.content { return true }
        reportKind(node, named: name, shape)
        return false
    }

    // MARK: Texts

    private func checkScalar(_ node: YAMLNode, named name: YAMLNode.Key, is shape: Shape) {
        guard case .scalar(let scalar) = node.content, let text = node.text else {
            return reportKind(node, named: name, shape)
        }
        switch shape {
        case .name where !Identifier.isValid(text):
            findings.add(
                .nameMalformed,
                at: node.span,
                "`\(name.text)` cannot be `\(text)`",
                expected: "a name: \(Identifier.expectation)",
                suggestion: Identifier.suggestion(for: text)
            )
        case .boolean where node.bool == nil: reportValue(scalar, node, named: name, shape)
        case .integer where node.int == nil: reportValue(scalar, node, named: name, shape)
        case .share where Share(text) == nil: reportValue(scalar, node, named: name, shape)
        case .duration where WrittenDuration(text) == nil:
            reportValue(scalar, node, named: name, shape)
        case .patience where WrittenDuration(text, atLeast: 0) == nil:
            reportValue(scalar, node, named: name, shape)
        case .choice(let words) where !words.contains(text):
            findings.add(
                .valueMalformed,
                at: node.span,
                "`\(name.text)` cannot be `\(text)`",
                expected: shape.expectation,
                suggestion: suggestion(for: text, among: words)
            )
        case .encoding where CSVDialect.Encoding(rawValue: text) == nil:
            let names = CSVDialect.Encoding.allCases.map(\.rawValue)
            findings.add(
                .valueMalformed,
                at: node.span,
                "`\(name.text)` cannot be `\(text)`",
                expected: shape.expectation,
                suggestion: CSVDialect.Encoding(alias: text)?.rawValue
                    ?? suggestion(for: text, among: names)
            )
        default: break
        }
    }

    private func reportValue(
        _ scalar: YAMLNode.Scalar,
        _ node: YAMLNode,
        named name: YAMLNode.Key,
        _ shape: Shape
    ) {
        let kind = scalar.isPlain ? "" : "the text "
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(name.text)` cannot be \(kind)`\(scalar.text)`",
            expected: shape.expectation
        )
    }

    private func reportNull(_ node: YAMLNode, named name: YAMLNode.Key, _ shape: Shape) {
        guard case .scalar(let scalar) = node.content else { return }
        let word = scalar.text
        findings.add(
            .valueMissing,
            at: word.isEmpty ? name.span : node.span,
            "`\(name.text)` has no value",
            expected: shape.expectation,
            note: word.isEmpty
                ? nil : "`\(word)` means nothing unless it is in quotes: `\"\(word)\"`"
        )
    }

    private func reportKind(_ node: YAMLNode, named name: YAMLNode.Key, _ shape: Shape) {
        if node.isBroken { return }
        findings.add(
            .valueKind,
            at: node.span,
            "`\(name.text)` is \(node.kindName)",
            expected: shape.expectation
        )
    }

    private func reportName(_ text: String, at span: Span, of what: String) {
        findings.add(
            .nameMalformed,
            at: span,
            "`\(text)` cannot be the name of a \(what)",
            expected: Identifier.expectation,
            suggestion: Identifier.suggestion(for: text)
        )
    }

    private func reportUnknown(_ key: YAMLNode.Key, in record: Record) {
        findings.add(
            .keyUnknown,
            at: key.span,
            "\(record.title) has no key `\(key.text)`",
            expected: "one of \(record.keyList)",
            suggestion: record.misplaced[key.text] == nil
                ? suggestion(for: key.text, among: record.keys.map(\.name)) : nil,
            note: record.misplaced[key.text]
        )
    }
}
