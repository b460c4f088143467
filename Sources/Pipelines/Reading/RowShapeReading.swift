internal import Words

/// Reads what becomes of objects of JSON before they are rows: `expand` and `fields`.
struct RowShapeReading {
    let findings: Findings

    /// The keys that say it.
    static let keys = FormatGrammar.shape.map(\.name)

    /// The shape that a mapping declares.
    ///
    /// - Parameters:
    ///   - from: The mapping.
    ///   - text: Reads a text that tells what an API was asked about; `nil` where none is asked.
    /// - Returns: The shape; a plain one where nothing is declared.
    func shape(in from: YAMLNode, _ text: ((YAMLNode) -> CallText)? = nil) -> RowShape {
        var shape = RowShape()
        shape.expand = from["expand"]?.text.map { JSONPath($0) }
        shape.fields =
            from["fields"]?.entries.compactMap { field($0, expanding: shape.expand, text) } ?? []
        return shape
    }

    private func field(
        _ entry: YAMLNode.Entry,
        expanding array: JSONPath?,
        _ text: ((YAMLNode) -> CallText)?
    ) -> RowField? {
        guard let written = entry.value.text else { return nil }
        if let taken = array?.names.first, taken == ExactText(entry.name) {
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "the field `\(entry.name)` is called like what is expanded",
                expected: "another name"
            )
        }
        if let rule = ElementRule(written) {
            return RowField(name: entry.name, content: .elements(rule))
        }
        let asked = CallText(written, each: nil)
        if let template = text?(entry.value), !template.isConstant {
            return RowField(name: entry.name, content: .text(template))
        } else if text == nil, !asked.isConstant || !asked.unknown.isEmpty {
            refuse(entry, written, "it tells what an API was asked about", Self.rule)
            return nil
        }
        guard !written.utf8.contains(where: { "()[]".utf8.contains($0) }) else {
            let other = text == nil ? "" : "`{row.column}`, "
            refuse(entry, written, nil, other + Self.rule)
            return nil
        }
        return RowField(name: entry.name, content: .path(JSONPath(written)))
    }

    private static let rule = "or `sum(array[type in ('a', 'b')].value)`; also `count` and `first`"

    private func refuse(
        _ entry: YAMLNode.Entry,
        _ written: String,
        _ reason: String?,
        _ others: String
    ) {
        findings.add(
            .valueMalformed,
            at: entry.value.span,
            "the field `\(entry.name)` cannot be `\(written)`" + (reason.map { ": \($0)" } ?? ""),
            expected: "a path, \(others)"
        )
    }
}

extension ElementRule {
    /// Reads `sum(actions[type in ('buy', 'sign')].value)`; `nil` for another text.
    package init?(_ text: String) {
        let form =
            #/(sum|count|first)\(\s*([^()\[\]'\s]+)\s*(?:\[(.+)\])?\s*(?:\.([^()\[\]'\s]+))?\s*\)/#
            .matchingSemantics(.unicodeScalar)
        guard let match = text.wholeMatch(of: form),
            let function = Function(rawValue: String(match.1))
        else { return nil }
        var condition: Condition?
        var (array, value) = (JSONPath(String(match.2)), match.4.map { JSONPath(String($0)) })
        if let written = match.3 {
            guard let read = Condition(String(written)) else { return nil }
            condition = read
        } else if value == nil, function != .count, array.names.count > 1 {
            // Without a condition the last name is the element's.
            value = JSONPath(names: [array.names.removeLast()])
        }
        guard function != .count || value == nil else { return nil }
        self.init(function: function, array: array, condition: condition, value: value)
    }
}

extension ElementRule.Condition {
    /// Reads `type = 'a'`, `type != 'a'`, `type in ('a', 'b')` and `type not in (…)`; `nil` for another text.
    init?(_ text: String) {
        let word = #/'((?:[^']|'')*)'/#.matchingSemantics(.unicodeScalar)
        let form = #/\s*([^()\[\]'\s=!]+)\s*(=|!=|(?:not\s+)?in\b)\s*(.+?)\s*/#
            .matchingSemantics(.unicodeScalar)
        guard let match = text.wholeMatch(of: form) else { return nil }
        let isList = match.2.hasSuffix("in")
        var rest = match.3
        if isList {
            guard rest.hasPrefix("("), rest.hasSuffix(")") else { return nil }
            rest = rest.dropFirst().dropLast()
        }
        var texts: [String] = []
        while true {
            rest = rest.drop { $0 == " " }
            guard let found = rest.prefixMatch(of: word) else { return nil }
            let single = found.1.unicodeScalars.replacing(
                "''".unicodeScalars,
                with: "'".unicodeScalars
            )
            texts.append(String(String.UnicodeScalarView(single)))
            rest = rest[found.range.upperBound...].drop { $0 == " " }
            guard isList, rest.hasPrefix(",") else { break }
            rest = rest.dropFirst()
        }
        guard rest.isEmpty else { return nil }
        let isNegated = match.2 == "!=" || match.2.hasPrefix("not")
        self.init(path: JSONPath(String(match.1)), texts: texts, isNegated: isNegated)
    }
}
