internal import Rows
import Words

/// Reads the cleaning and the rules of a column.
struct RuleReading {
    let findings: Findings

    /// As many as a row encoder carries out.
    private static let maximumSteps = 16
    /// What is looked for at every place of every text is short, in bytes.
    private static let longestReplaced = 1_000

    func cleaning(of column: YAMLNode) -> [CleaningStep] {
        guard let node = column["clean"] else { return [] }
        let steps = node.items.flatMap(steps)
        if steps.count > Self.maximumSteps {
            reportRange(
                node.span,
                "\(steps.count) steps of cleaning",
                "at most \(Self.maximumSteps)"
            )
        }
        return steps
    }

    private func steps(_ node: YAMLNode) -> [CleaningStep] {
        if let word = node.text {
            return Grammar.cleaningWords.filter { $0.name == word }.map(\.step)
        }
        if let nulls = node["null_if"] { return [.nullIf(nulls.texts)] }
        if let replacement = node["default"]?.text { return [.defaultTo(replacement)] }
        return (node["replace"]?.entries ?? [])
            .compactMap { entry in
                guard !entry.name.isEmpty else {
                    findings.add(
                        .valueMalformed,
                        at: entry.key.span,
                        "an empty text cannot be replaced",
                        expected: "the text that is to be replaced"
                    )
                    return nil
                }
                if entry.name.utf8.count > Self.longestReplaced {
                    reportRange(
                        entry.key.span,
                        "a text of \(counted(entry.name.utf8.count, "byte")) cannot be replaced",
                        "at most \(counted(Self.longestReplaced, "byte"))"
                    )
                }
                return entry.value.text.map { .replace(text: entry.name, with: $0) }
            }
    }

    /// The rules in the order in which a row is judged by them.
    func rules(of column: YAMLNode, type: ColumnType?) -> [Rule] {
        var rules: [Rule] = []
        if column["required"]?.bool == true { rules.append(.required) }
        if let values = column["one_of"]?.texts, !values.isEmpty { rules.append(.oneOf(values)) }
        if let rule = pattern(column["matches"]) { rules.append(rule) }
        if let rule = length(column["length"]) { rules.append(rule) }
        rules += bounds(of: column, type: type)
        return rules
    }

    private func pattern(_ node: YAMLNode?) -> Rule? {
        guard let node, let text = node.text else { return nil }
        do {
            _ = try Pattern(text)
            return .matches(text)
        } catch {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`matches` is no regular expression: \(error)",
                expected: "a pattern for the whole text: `[0-9]{10}`"
            )
            return nil
        }
    }

    private func length(_ node: YAMLNode?) -> Rule? {
        guard let node else { return nil }
        if let exact = node.int {
            guard exact > 0 else {
                reportRange(node.span, "a length of `\(exact)` is not possible", "at least 1")
                return nil
            }
            return .length(minimum: exact, maximum: exact)
        }
        let bounds = bounds(in: node)
        guard bounds.minimum != nil || bounds.maximum != nil else { return nil }
        return .length(minimum: bounds.minimum, maximum: bounds.maximum)
    }

    /// `min` and `max` of a mapping, as whole numbers that are not negative and in order.
    func bounds(in node: YAMLNode) -> (minimum: Int?, maximum: Int?) {
        for key in ["min", "max"] {
            if let value = node[key], let number = value.int, number < 0 {
                reportRange(value.span, "`\(key)` cannot be `\(number)`", "0 or more")
            }
        }
        let (minimum, maximum) = (node["min"]?.int, node["max"]?.int)
        if let minimum, let maximum, minimum > maximum, let span = node["min"]?.span {
            reportRange(
                span,
                "`min` is above `max`: `\(minimum)` and `\(maximum)`",
                "`min` ≤ `max`"
            )
        }
        return (minimum, maximum)
    }

    private func bounds(of column: YAMLNode, type: ColumnType?) -> [Rule] {
        guard let type else { return [] }
        let minimum = bound("min", of: column, type)
        let maximum = bound("max", of: column, type)
        if let minimum, let maximum, minimum.value.isAbove(maximum.value) {
            let texts = "`\(minimum.text)` and `\(maximum.text)`"
            reportRange(minimum.span, "`min` is above `max`: \(texts)", "`min` ≤ `max`")
        }
        return [minimum.map { .minimum($0.text) }, maximum.map { .maximum($0.text) }]
            .compactMap(\.self)
    }

    private func bound(
        _ key: String,
        of column: YAMLNode,
        _ type: ColumnType
    ) -> (text: String, value: TypedText, span: Span)? {
        guard let node = column[key], let text = node.text else { return nil }
        if let value = TypedText(text, as: type) { return (text, value, node.span) }
        findings.add(
            .typeMismatch,
            at: node.span,
            "`\(key)` cannot be `\(text)`",
            expected: type.boundExpectation
        )
        return nil
    }

    private func reportRange(_ span: Span, _ message: String, _ expected: String) {
        findings.add(.valueRange, at: span, message, expected: expected)
    }
}

extension YAMLNode {
    /// The text itself, or the texts of a list.
    var texts: [String] {
        if let text { return [text] }
        return items.compactMap(\.text)
    }
}

extension ColumnType {
    /// What a bound of a column of this type must be, in words.
    fileprivate var boundExpectation: String {
        switch self {
        case .integer: "a whole number, as the column's type"
        case .decimal(let precision, let scale):
            "a number that fits the column's type `decimal(\(precision),\(scale))`"
        case .float: "a number, as the column's type"
        case .date(let format), .timestamp(let format, _):
            "`yyyy-MM-dd`, or the column's format `\(format.pattern)`"
        case .text: "no bound: texts are bounded by `length`, `one_of` and `matches`"
        case .boolean, .uuid, .json: "no bound: only numbers, dates and timestamps have bounds"
        }
    }
}
