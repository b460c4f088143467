internal import Words

/// The types of a definition's parameters.
enum ParameterType: String, CaseIterable {
    case boolean, integer, decimal, date, text

    func accepts(_ text: String) -> Bool {
        switch self {
        case .boolean: text == "true" || text == "false"
        case .integer: Int(text) != nil
        case .decimal: DecimalText(text) != nil
        case .date: Day(text) != nil
        case .text: true
        }
    }

    /// A value that it accepts, as YAML and queries have it: numbers and truths without quotes.
    func scalar(_ text: String) -> YAMLNode.Scalar {
        YAMLNode.Scalar(text: text, isPlain: self != .text && self != .date)
    }

    /// A value that it accepts as a constant of its type in SQL; a sign stands in parentheses, so that it
    /// makes no comment with one before it.
    ///
    /// Every session reads strings with `standard_conforming_strings` on: a backslash is one in `'…'`.
    func literal(_ text: String) -> String {
        switch self {
        case .boolean: text
        case .integer, .decimal: "(\(text))"
        case .date: "date '\(text)'"
        case .text: "'\(text.doubling(UInt8(ascii: "'")))'::text"
        }
    }

    var expectation: String {
        switch self {
        case .boolean: "`true` or `false`"
        case .integer: "a whole number"
        case .decimal: "a number: `0.05`"
        case .date: "a day: `2024-01-31`"
        case .text: "a text"
        }
    }
}

/// The parameters of a definition and the values that they have in this load.
struct Parameters {
    /// What stands for `${name}`; `nil` when a problem with it has been reported.
    private(set) var values: [String: YAMLNode.Scalar?] = [:]
    /// What stands for `:name` in SQL files; a parameter with a reported problem is not there.
    private(set) var literals: [String: String] = [:]
    private let findings: Findings

    /// Reads the section `parameters` of `root` and puts `given` in place of the defaults.
    ///
    /// Kinds and unknown keys are the shape check's business: here they count as reported.
    init(of root: YAMLNode, given: [String: String], findings: Findings) {
        self.findings = findings
        for entry in root["parameters"]?.entries ?? [] {
            let type = entry.value["type"]?.text.flatMap(ParameterType.init)
            let text = type.flatMap { value(of: entry, type: $0, given: given[entry.name]) }
            values[entry.name] = .some(text.flatMap { type?.scalar($0) })
            literals[entry.name] = text.flatMap { type?.literal($0) }
            checkName(entry.key)
        }
        reportUnknown(given, section: root.entry("parameters")?.key)
    }

    private func checkName(_ key: YAMLNode.Key) {
        guard SQLPlaceholder.names.contains(key.text) else { return }
        findings.add(
            .nameReserved,
            at: key.span,
            "a parameter cannot be called `\(key.text)`: in SQL that is a bound of the period",
            expected: "another name"
        )
    }

    private func value(
        of entry: YAMLNode.Entry,
        type: ParameterType,
        given: String?
    ) -> String? {
        guard let text = given ?? entry.value["default"]?.text else {
            // A default that is no text has been reported.
            guard entry.value.entry("default") == nil else { return nil }
            findings.add(
                .parameterValue,
                at: entry.key.span,
                "the parameter `\(entry.name)` has no value",
                expected: "a `default` here, or `--set \(entry.name)=…` when loading"
            )
            return nil
        }
        guard type.accepts(text) else {
            let span = given == nil ? entry.value["default"]?.span : nil
            findings.add(
                .parameterValue,
                at: span ?? entry.key.span,
                "the parameter `\(entry.name)` cannot be `\(text)`",
                expected: type.expectation,
                note: given == nil ? nil : "the value was given to this load"
            )
            return nil
        }
        return text
    }

    private func reportUnknown(_ given: [String: String], section: YAMLNode.Key?) {
        for name in given.keys.sorted() where values[name] == nil {
            findings.add(
                .parameterUnknown,
                at: section?.span ?? .start(of: DefinitionBundle.mainFile),
                "the pipeline has no parameter `\(name)`, to which a value was given",
                suggestion: suggestion(for: name, among: values.keys.sorted())
            )
        }
    }
}
