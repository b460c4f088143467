/// Puts the values of parameters in the place of `${name}`.
struct ParameterSubstitution {
    private let values: [String: YAMLNode.Scalar?]
    private let findings: Findings
    /// The parameters that were used.
    private(set) var used: Set<String> = []

    init(_ parameters: Parameters, findings: Findings) {
        values = parameters.values
        self.findings = findings
    }

    /// The definition with all parameters replaced, save in the section that declares them.
    mutating func apply(to root: YAMLNode) -> YAMLNode {
        guard case .mapping(var entries) = root.content else { return root }
        for index in entries.indices where entries[index].name != "parameters" {
            let isSource = entries[index].name == "sources"
            entries[index].value = substituted(entries[index].value, allowsEnvironment: isSource)
        }
        return YAMLNode(content: .mapping(entries), span: root.span)
    }

    private mutating func substituted(_ node: YAMLNode, allowsEnvironment: Bool) -> YAMLNode {
        var result = node
        switch node.content {
        case .scalar(let scalar):
            guard scalar.text.contains("${") else { return node }
            let value = value(of: scalar, at: node.span, allowsEnvironment: allowsEnvironment)
            result.content = value.map(YAMLNode.Content.scalar) ?? .broken
        case .list(let items):
            result.content = .list(
                items.map { substituted($0, allowsEnvironment: allowsEnvironment) }
            )
        case .mapping(var entries):
            for index in entries.indices {
                entries[index].value = substituted(
                    entries[index].value,
                    allowsEnvironment: allowsEnvironment
                )
            }
            result.content = .mapping(entries)
        case .broken: break
        }
        return result
    }

    private mutating func value(
        of scalar: YAMLNode.Scalar,
        at span: Span,
        allowsEnvironment: Bool
    ) -> YAMLNode.Scalar? {
        let template = Template(scalar.text)
        if let malformed = template.malformed {
            findings.add(
                .valueMalformed,
                at: span,
                // In a source it may be part of a URL with a password.
                allowsEnvironment
                    ? "a `${…}` is not understood" : "`\(malformed)` is not understood",
                expected: "`${name}`, of letters, digits and `_`"
            )
            return nil
        }
        var text = ""
        for part in template.parts {
            switch part {
            case .literal(let literal): text += literal
            case .expansion(let name, nil) where values.keys.contains(name):
                used.insert(name)
                guard let value = values[name] ?? nil else { return nil }
                // Alone, a parameter stands at its own type; in a text it is text.
                if template.parts.count == 1 { return value }
                text += value.text
            case .expansion(let name, let fallback):
                guard allowsEnvironment else {
                    reportUnknown(name, at: span)
                    return nil
                }
                text += "${\(name)\(fallback.map { ":-" + $0 } ?? "")}"
            }
        }
        return YAMLNode.Scalar(text: text, isPlain: scalar.isPlain)
    }

    private func reportUnknown(_ name: String, at span: Span) {
        findings.add(
            .parameterUnknown,
            at: span,
            "the pipeline has no parameter `\(name)`",
            expected: "a name under `parameters`",
            suggestion: suggestion(for: name, among: values.keys.sorted()),
            note: "variables of the environment can be used in the texts of `sources` only"
        )
    }
}
