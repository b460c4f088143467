/// The types of a definition's parameters.
enum ParameterType: String, CaseIterable {
    case boolean, integer, text

    func accepts(_ text: String) -> Bool {
        switch self {
        case .boolean: text == "true" || text == "false"
        case .integer: Int(text) != nil
        case .text: true
        }
    }

    var expectation: String {
        switch self {
        case .boolean: "`true` or `false`"
        case .integer: "a whole number"
        case .text: "a text"
        }
    }
}

/// The parameters of a definition and the values that they have in this load.
struct Parameters {
    /// What stands for `${name}`; `nil` when a problem with it has been reported.
    private(set) var values: [String: YAMLNode.Scalar?] = [:]
    private let findings: Findings

    /// Reads the section `parameters` of `root` and puts `given` in place of the defaults.
    ///
    /// Kinds and unknown keys are the shape check's business: here they count as reported.
    init(of root: YAMLNode, given: [String: String], findings: Findings) {
        self.findings = findings
        for entry in root["parameters"]?.entries ?? [] {
            values[entry.name] = .some(value(of: entry, given: given[entry.name]))
        }
        reportUnknown(given, section: root.entry("parameters")?.key)
    }

    private func value(of entry: YAMLNode.Entry, given: String?) -> YAMLNode.Scalar? {
        guard let type = entry.value["type"]?.text.flatMap(ParameterType.init) else { return nil }
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
        return YAMLNode.Scalar(text: text, isPlain: type != .text)
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
