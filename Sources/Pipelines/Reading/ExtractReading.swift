internal import Words

/// Reads `from`: which rows of which source.
struct ExtractReading {
    let findings: Findings
    let sources: [String: Source]
    /// The names of all sources, those with problems among them.
    let sourceNames: [String]

    /// The rows that `table` reads; `isByPeriod` tells whether it is loaded by period.
    func extract(of table: YAMLNode, isByPeriod: Bool) -> Extract {
        extract(from: table["from"], isByPeriod: isByPeriod)
    }

    /// The rows that a mapping with `source` names.
    func extract(from: YAMLNode?, isByPeriod: Bool) -> Extract {
        let name = from?["source"]?.text ?? ""
        if let from { check(from, source: name) }
        let selection: Extract.Selection
        if let query = from?["query"], let text = query.text {
            checkQuery(text, at: query.span, isByPeriod: isByPeriod)
            selection = .query(text)
        } else {
            let pattern = from?["csv"]?.text
            if let pattern, let span = from?["csv"]?.span {
                checkPattern(pattern, at: span, isByPeriod: isByPeriod)
            }
            selection = .objects(pattern: pattern ?? "", format: .csv(dialect(from)))
        }
        return Extract(
            source: name,
            selection: selection,
            patience: from?["wait"]?["for"]?.text
                .flatMap { WrittenDuration($0, atLeast: 0) }?
                .value
        )
    }

    private func check(_ from: YAMLNode, source name: String) {
        if let node = from["source"], node.text != nil, !sourceNames.contains(name) {
            findings.add(
                .nameUnknown,
                at: node.span,
                "there is no source `\(name)`",
                expected: "a name under `sources`",
                suggestion: suggestion(for: name, among: sourceNames)
            )
        }
        if let source = sources[name] {
            let (refused, other) = source.hasObjects ? ("query", "csv") : ("csv", "query")
            refuse(refused, in: from, "`\(name)` is \(source.title)", "a `\(other)`")
        }
        guard from.entry("query") != nil, from.entry("csv") == nil else { return }
        for key in ["delimiter", "encoding"].compactMap(from.entry) {
            findings.add(
                .keyConflict,
                at: key.key.span,
                "`\(key.name)` stands beside `query`",
                expected: "it only with a `csv`"
            )
        }
    }

    private func refuse(_ key: String, in from: YAMLNode, _ what: String, _ other: String) {
        guard let entry = from.entry(key) else { return }
        findings.add(
            .sourceKind,
            at: entry.key.span,
            "\(what) and has no `\(key)`",
            expected: "\(other), or another source"
        )
    }

    private func checkQuery(_ text: String, at span: Span, isByPeriod: Bool) {
        let scan = SQLScan(text)
        if let problem = scan.problem ?? scan.statementProblem {
            findings.add(.sqlStatement, at: span, problem.message, expected: problem.expected)
        }
        for placeholder in scan.placeholders {
            SQLPlaceholder.check(placeholder.name, at: span, isByPeriod: isByPeriod, findings)
        }
    }

    // MARK: CSV

    private func checkPattern(_ pattern: String, at span: Span, isByPeriod: Bool) {
        if let problem = FolderPath.problem(of: pattern) {
            findings.add(
                .valueMalformed,
                at: span,
                "`csv` cannot be `\(pattern)`: \(problem)",
                expected: "a path inside the source's folder"
            )
        }
        for match in pattern.matches(of: #/\{([^}]*)\}?/#) {
            let name = String(match.1)
            if match.0 != "{period}" {
                findings.add(
                    .valueMalformed,
                    at: span,
                    "`\(match.0)` in `csv` stands for nothing",
                    expected: "`{period}`, or `*` for any text",
                    suggestion: suggestion(for: name, among: ["period"]).map { "{\($0)}" }
                )
            } else if !isByPeriod {
                findings.add(
                    .periodMissing,
                    at: span,
                    "`csv` has `{period}`, but the table is not loaded by period",
                    expected: "`*` for any text, or a fact with the key `period`"
                )
            }
        }
    }

    private func dialect(_ from: YAMLNode?) -> CSVDialect {
        var dialect = CSVDialect()
        if let encoding = from?["encoding"]?.text.flatMap(CSVDialect.Encoding.init(rawValue:)) {
            dialect.encoding = encoding
        }
        guard let node = from?["delimiter"], let text = node.text else { return dialect }
        let isUsable = text.utf8.count == 1 && !["\"", "\n", "\r", "\0"].contains(text)
        if isUsable, let byte = text.utf8.first, byte < 0x80 {
            dialect.delimiter = byte
        } else {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`delimiter` cannot be `\(text)`",
                expected: "one ASCII character in quotes: `\";\"`, or `\"\\t\"` for a tab"
            )
        }
        return dialect
    }
}

/// Paths that stay inside their folder.
enum FolderPath {
    /// Why `path` cannot be used, or `nil` when it can.
    static func problem(of path: String) -> String? {
        if path.isEmpty { return "it is empty" }
        if path.isAbsolutePath || path.utf8.first == UInt8(ascii: "~") {
            return "it is not relative"
        }
        if path.utf8.count > 1024 { return "it is longer than 1024 bytes" }
        let parts = path.pathParts
        if parts.contains("..") { return "it leaves its folder" }
        if parts.contains("") || path.utf8.contains(0) { return "it is no path" }
        return nil
    }
}
