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

    /// What a text is, and so what `${name}` in it becomes.
    private enum Place {
        /// A value of the definition.
        case text
        /// A text of a source, a credential or an alert, in which variables of the environment may stand.
        case source
        /// A value of an export, which declares its API where it is used.
        case export
        /// A query, or an expression, whose texts and names are written as those of SQL.
        case sql
        /// A filter, in which no parameter stands.
        case filter
    }

    /// The keys of an extract whose texts are another language.
    private static let places: [String: Place] = [
        "query": .sql, "unchanged_by": .sql, "each": .sql, "filter": .filter,
    ]
    /// The keys of a table and its columns whose texts are expressions.
    private static let expressions: Set = ["expression", "checks"]

    /// The definition with all parameters replaced, save in the section that declares them.
    mutating func apply(to root: YAMLNode) -> YAMLNode {
        guard case .mapping(var entries) = root.content else { return root }
        for index in entries.indices where entries[index].name != "parameters" {
            let place: Place =
                switch entries[index].name {
                case "credentials", "sources", "alerts": .source
                case "exports", "charts": .export
                default: .text
                }
            entries[index].value = substituted(entries[index].value, place)
        }
        return YAMLNode(content: .mapping(entries), span: root.span)
    }

    private mutating func substituted(_ node: YAMLNode, _ place: Place) -> YAMLNode {
        var result = node
        switch node.content {
        case .scalar(let scalar):
            guard Template.isPresent(in: scalar.text) else { return node }
            let value = value(of: scalar, at: node.span, place)
            result.content = value.map(YAMLNode.Content.scalar) ?? .broken
        case .list(let items):
            result.content = .list(items.map { substituted($0, place) })
        case .mapping(var entries):
            let isExtract = place == .text && node.entry("source") != nil
            for index in entries.indices {
                let name = entries[index].name
                let isCall = place == .export && ["http", "headers"].contains(name)
                let isExpression = place == .text && Self.expressions.contains(name)
                let own =
                    isExtract
                    ? Self.places[name] : isExpression ? .sql : isCall ? .source : nil
                entries[index].value = substituted(entries[index].value, own ?? place)
            }
            result.content = .mapping(entries)
        case .broken: break
        }
        return result
    }

    private mutating func value(
        of scalar: YAMLNode.Scalar,
        at span: Span,
        _ place: Place
    ) -> YAMLNode.Scalar? {
        let template = Template(scalar.text)
        if let malformed = template.malformed {
            reportMalformed(malformed, at: span, place)
            return nil
        }
        if place == .sql { return query(scalar, at: span) }
        if place == .filter {
            reportFilter(at: span)
            return nil
        }
        var text = ""
        var alone: YAMLNode.Scalar?
        for part in template.parts {
            switch part {
            case .literal(let literal): text += literal
            case .expansion(let name, nil) where values.keys.contains(name):
                used.insert(name)
                guard let value = values[name] ?? nil else { return nil }
                // Alone, a parameter stands at its own type; in a text it is text.
                if template.parts.count == 1 { alone = value }
                text += value.text
            case .expansion(let name, let fallback):
                guard place == .source else {
                    reportUnknown(name, at: span)
                    return nil
                }
                text += "${\(name)\(fallback.map { ":-" + $0 } ?? "")}"
            }
        }
        guard
            place != .source || Template(text).hasOnly(variablesOf: template, besides: values.keys)
        else {
            reportVariable(at: span)
            return nil
        }
        return alone ?? YAMLNode.Scalar(text: text, isPlain: scalar.isPlain)
    }

    // MARK: SQL

    /// A query or an expression, in which each `${name}` becomes a value.
    private mutating func query(_ scalar: YAMLNode.Scalar, at span: Span) -> YAMLNode.Scalar? {
        let template = SQLTemplate(scalar.text)
        var found: [YAMLNode.Scalar] = []
        for expansion in template.expansions {
            guard !expansion.hasFallback, let value = values[expansion.name] else {
                reportUnknown(expansion.name, at: span)
                return nil
            }
            used.insert(expansion.name)
            if let problem = template.problem(of: expansion) {
                report(problem, of: expansion.name, at: span)
                return nil
            }
            guard let value else { return nil }
            found.append(value)
        }
        return YAMLNode.Scalar(text: template.filled(with: found), isPlain: scalar.isPlain)
    }

    private func report(_ problem: SQLTemplate.Problem, of name: String, at span: Span) {
        findings.add(
            .parameterPlace,
            at: span,
            "`${\(name)}` \(problem.message)",
            expected: problem.expectation(of: name),
            note:
                "in SQL and in expressions a parameter is a value, and never a part of the SQL itself"
        )
    }

    // MARK: Problems

    private func reportVariable(at span: Span) {
        findings.add(
            .parameterPlace,
            at: span,
            "the value of a parameter makes a `${…}` of this text",
            expected: "a value without `${`",
            note: "what a parameter stands for is not looked up in the environment"
        )
    }

    private func reportFilter(at span: Span) {
        findings.add(
            .parameterPlace,
            at: span,
            "a `${…}` stands in a `filter`",
            expected: "a filter without parameters",
            note: "a parameter's value could be more of a filter than a value"
        )
    }

    private func reportMalformed(_ malformed: String, at span: Span, _ place: Place) {
        findings.add(
            .valueMalformed,
            at: span,
            // In a source it may be part of a URL with a password.
            place == .source ? "a `${…}` is not understood" : "`\(malformed)` is not understood",
            expected: "`${name}`, of letters, digits and `_`"
        )
    }

    private func reportUnknown(_ name: String, at span: Span) {
        findings.add(
            .parameterUnknown,
            at: span,
            "the pipeline has no parameter `\(name)`",
            expected: "a name under `parameters`",
            suggestion: suggestion(for: name, among: values.keys.sorted()),
            note:
                "variables of the environment can be used in the texts of `sources`, `credentials` and `alerts` only"
        )
    }
}
