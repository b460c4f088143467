/// Reads the section `marts` and the SQL files it names.
struct MartReading {
    let findings: Findings
    let files: any DefinitionFiles
    /// Whether the pipeline says how facts are cut into periods.
    let hasPeriods: Bool
    /// The names of all tables by the names that SQL calls them: `fact_call` → `call`.
    let tables: [String: String]

    func mart(_ entry: YAMLNode.Entry) -> Mart {
        let node = entry.value
        let isPerPeriod = node["per"]?.text == "period"
        if isPerPeriod, !hasPeriods, let span = node["per"]?.span {
            findings.add(
                .periodMissing,
                at: span,
                "the mart is computed per period, but the pipeline has no `period`",
                expected: "`period: { grain: month, start: 2024-01 }` at the top of the definition"
            )
        }
        let scan = query(node["sql"], isPerPeriod: isPerPeriod)
        return Mart(
            name: entry.name,
            query: scan?.query ?? "",
            isPerPeriod: isPerPeriod,
            reads: reads(of: node, in: scan),
            pool: node["pool"]?.text ?? "default",
            description: node["description"]?.text
        )
    }

    // MARK: SQL

    private func query(_ node: YAMLNode?, isPerPeriod: Bool) -> SQLScan? {
        guard let node, let path = node.text, let text = text(at: path, named: node) else {
            return nil
        }
        findings.addSource(SourceText(path: path, text: text))
        let scan = SQLScan(text)
        if let problem = scan.problem ?? scan.statementProblem {
            let span = Span(file: path, position: problem.position, length: 1)
            findings.add(.sqlStatement, at: span, problem.message, expected: problem.expected)
        }
        for placeholder in scan.placeholders {
            let length = placeholder.name.unicodeScalars.count + 1
            let span = Span(file: path, position: placeholder.position, length: length)
            SQLPlaceholder.check(placeholder.name, at: span, isByPeriod: isPerPeriod, findings)
        }
        if isPerPeriod, scan.placeholders.isEmpty, !findings.hasErrors {
            findings.add(
                .periodMissing,
                at: node.span,
                severity: .warning,
                "the mart is computed per period, but its SQL has no `:period_start`",
                expected: "a query for the rows from `:period_start` up to `:period_end`"
            )
        }
        return scan
    }

    private func text(at path: String, named node: YAMLNode) -> String? {
        if let problem = FolderPath.problem(of: path) {
            findings.add(
                .fileUnreadable,
                at: node.span,
                "`sql` cannot be `\(path)`: \(problem)",
                expected: "a file in the pipeline's folder: `marts/name.sql`"
            )
            return nil
        }
        switch files.text(at: path) {
        case .text(let text) where text.utf8.count <= YAMLReader.maximumSize: return text
        case .text:
            findings.add(
                .fileTooLarge,
                at: node.span,
                "the file `\(path)` is larger than \(YAMLReader.maximumSize) bytes"
            )
        case .missing(let others):
            findings.add(
                .fileMissing,
                at: node.span,
                "the pipeline's folder has no file `\(path)`",
                suggestion: suggestion(for: path, among: others)
            )
        case .unusable(let code, let reason):
            findings.add(code, at: node.span, "the file `\(path)` cannot be used: \(reason)")
        }
        return nil
    }

    // MARK: What it reads

    private func reads(of node: YAMLNode, in scan: SQLScan?) -> [String] {
        let mentioned = mentions(in: scan)
        guard let declared = node["reads"] else { return mentioned }
        for item in declared.text == nil ? declared.items : [declared] { checkRead(item) }
        let names = declared.texts
        let missing = mentioned.filter { !names.contains($0) }
        if !missing.isEmpty {
            findings.add(
                .nameUnknown,
                at: declared.span,
                severity: .warning,
                "`reads` leaves out what the SQL reads: "
                    + missing.map { "`\($0)`" }.joined(separator: ", "),
                note: "the mart may be computed before they are loaded"
            )
        }
        return names
    }

    /// The pipeline's own tables that the SQL names, in its order.
    private func mentions(in scan: SQLScan?) -> [String] {
        var names: [String] = []
        for name in scan?.names.compactMap({ tables[$0.text] }) ?? [] where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    private func checkRead(_ item: YAMLNode) {
        guard let name = item.text, !tables.values.contains(name) else { return }
        findings.add(
            .nameUnknown,
            at: item.span,
            "there is no fact, dimension or mart `\(name)`",
            expected: "a name under `facts`, `dimensions` or `marts`",
            suggestion: tables[name] ?? suggestion(for: name, among: tables.values.sorted())
        )
    }
}
