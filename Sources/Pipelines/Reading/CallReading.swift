internal import Words

/// Reads what is asked of an API.
struct CallReading {
    let findings: Findings
    /// The schema of the pipeline's tables, and their names by those that SQL calls them.
    let schema: String
    let tables: [String: String]

    func calls(in from: YAMLNode, isByPeriod: Bool) -> Calls {
        let each = from["each"].flatMap { rowsAsked($0, isByPeriod: isByPeriod) }
        let name = from["each"]?.entries.first?.name
        let text = { (node: YAMLNode) in
            self.text(node, each: name, isByPeriod: isByPeriod)
        }
        var calls = Calls(path: from["get"].map(text) ?? CallText("", each: nil))
        if let node = from["get"], let path = node.text { check(path, at: node.span) }
        calls.each = each
        calls.parameters =
            from["params"]?.entries
            .map { entry in
                checkParameter(entry)
                return CallParameter(name: entry.name, value: text(entry.value))
            } ?? []
        calls.pages = from["pages"].flatMap(pages)
        calls.rows = from["rows"]?.text.map { JSONPath($0) }
        calls.shape = RowShapeReading(findings: findings).shape(in: from, text)
        return calls
    }

    // MARK: Texts

    private func text(_ node: YAMLNode, each: String?, isByPeriod: Bool) -> CallText {
        let text = CallText(node.text ?? "", each: each)
        let known = CallText.PeriodWord.allCases.map(\.rawValue)
        for unknown in text.unknown {
            let name = String(unknown.dropFirst().dropLast())
            findings.add(
                .valueMalformed,
                at: node.span,
                "`\(unknown)` stands for nothing",
                expected: known.map { "`{\($0)}`" }.joined(separator: ", ")
                    + ", or a column of the row of `each`: `{\(each ?? "row").column}`",
                suggestion: suggestion(for: name, among: known).map { "{\($0)}" }
            )
        }
        if text.hasPeriod, !isByPeriod {
            findings.add(
                .periodMissing,
                at: node.span,
                "`\(text.text)` tells a period, but the table is not loaded by period",
                expected: "a text without it, or a fact with the key `period`"
            )
        }
        return text
    }

    private func check(_ path: String, at span: Span) {
        let problem: String? =
            if path.utf8.contains(where: { "?#\\".utf8.contains($0) }) {
                "it has a `?`, `#` or `\\`"
            } else if path.pathParts.contains("..") {
                "it leaves the source's URL"
            } else if path.utf8.count > 1024 {
                "it is longer than 1024 bytes"
            } else {
                nil
            }
        guard let problem else { return }
        findings.add(
            .valueMalformed,
            at: span,
            "`get` cannot be `\(path)`: \(problem)",
            expected: "a path behind the source's URL; parameters stand in `params`"
        )
    }

    /// Whoever writes a token among the parameters has it in the ledger.
    private func checkParameter(_ entry: YAMLNode.Entry) {
        guard SecretName.mayBeOne(entry.name) else { return }
        findings.conceal(entry.value.span)
        findings.add(
            .secretLiteral,
            at: entry.value.span,
            "`\(entry.name)` is a secret among `params`, which the ledger keeps",
            expected: "`auth: { query: \(entry.name), value: \"${NAME}\" }` of the source",
            hidesValue: true
        )
    }

    // MARK: Rows to ask about

    private func rowsAsked(_ node: YAMLNode, isByPeriod: Bool) -> CallEach? {
        guard let entry = node.entries.first, let query = entry.value.text else { return nil }
        for other in node.entries.dropFirst() {
            findings.add(
                .keyConflict,
                at: other.key.span,
                "`\(other.name)` is a second row in `each`",
                expected: "one query, which may join"
            )
        }
        let scan = SQLScan(query)
        if let problem = scan.problem ?? scan.statementProblem {
            findings.add(
                .sqlStatement,
                at: entry.value.span,
                problem.message,
                expected: problem.expected
            )
        }
        for placeholder in scan.placeholders {
            SQLPlaceholder.check(
                placeholder.name,
                at: entry.value.span,
                isByPeriod: isByPeriod,
                findings
            )
        }
        return CallEach(name: entry.name, query: query, reads: reads(scan, at: entry.value.span))
    }

    /// The dimensions that the query reads; they are loaded before, and nothing else is.
    private func reads(_ scan: SQLScan, at span: Span) -> [String] {
        let own = SQLTables(scan.tokens).tables
            .filter { ($0.schema == nil || $0.schema == schema) && tables[$0.name] != nil }
        for table in own where !table.name.hasPrefix("dim_") {
            findings.add(
                .sqlStatement,
                at: span,
                "the query of `each` reads `\(table.name)`",
                expected: "dimensions only: they are loaded before what asks for each of their rows"
            )
        }
        return Set(own.filter { $0.name.hasPrefix("dim_") }.compactMap { tables[$0.name] }).sorted()
    }

    // MARK: Pages

    /// The keys that stand beside each kind of pages.
    private static let companions = [
        "next": [], "cursor": ["param"], "offset": ["size"], "number": ["first", "size"],
        "link": [],
    ]

    private func pages(_ node: YAMLNode) -> CallPages? {
        let kinds = ["next", "cursor", "offset", "number", "link"]
        guard let kind = kinds.first(where: { node.entry($0) != nil }), let text = node[kind]?.text
        else { return nil }
        for name in ["param", "first", "size"]
        where Self.companions[kind]?.contains(name) == false {
            guard let entry = node.entry(name) else { continue }
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(name)` stands beside `\(kind)`",
                expected: name == "param"
                    ? "it only with `cursor`"
                    : "it only with `number`"
                        + (name == "size" ? " or `offset`" : "")
            )
        }
        if let size = node["size"], let number = size.int, number < 1 {
            findings.add(
                .valueRange,
                at: size.span,
                "`size` cannot be `\(number)`",
                expected: "1 or more"
            )
        }
        switch kind {
        case "next": return .next(JSONPath(text))
        case "cursor":
            return .cursor(JSONPath(text), parameter: node["param"]?.text ?? "cursor")
        case "offset": return .offset(parameter: text, size: node["size"]?.int)
        case "number":
            return .number(
                parameter: text,
                first: node["first"]?.int ?? 1,
                size: node["size"]?.int
            )
        default: return .link(relation: text)
        }
    }
}
