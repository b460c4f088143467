/// Reads the SQL files that a definition names: each is one query.
final class SQLFileReading {
    private let findings: Findings
    private let files: any DefinitionFiles
    /// The parameters' values as SQL, by name.
    private let literals: [String: String]
    /// The parameters that the files have used so far.
    private(set) var usedParameters: Set<String> = []

    init(_ files: any DefinitionFiles, parameters: Parameters, findings: Findings) {
        self.files = files
        self.findings = findings
        literals = parameters.literals
    }

    /// The text of the file that `node` names, with parameters' values for their `:name`; `nil` when it
    /// cannot be had, which is reported.
    func scan(_ node: YAMLNode?, isByPeriod: Bool) -> SQLScan? {
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
            check(placeholder.name, at: span, isByPeriod: isByPeriod)
        }
        return literals.isEmpty ? scan : SQLScan(SQLText(text).replacing(placeholders: literals))
    }

    private func check(_ placeholder: String, at span: Span, isByPeriod: Bool) {
        guard !isParameter(placeholder) else { return }
        SQLPlaceholder.check(
            placeholder,
            at: span,
            isByPeriod: isByPeriod,
            others: literals.keys.sorted(),
            findings
        )
    }

    private func isParameter(_ name: String) -> Bool {
        guard literals.keys.contains(name) else { return false }
        usedParameters.insert(name)
        return true
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
}
