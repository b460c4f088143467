internal import Rows
internal import Words

/// Reads how a CSV file is written: the keys beside `csv`.
struct CSVDialectReading {
    let findings: Findings

    /// The keys that only CSV has.
    static let keys = FormatGrammar.csv.map(\.name).filter { !FormatGrammar.shared.contains($0) }

    /// The dialect that a mapping with `csv` declares.
    func dialect(_ from: YAMLNode?) -> CSVDialect {
        var dialect = CSVDialect()
        let lines = LineReading(findings: findings)
        dialect.encoding = lines.encoding(from)
        dialect.hasQuotes = from?["quote"]?.text != "none"
        dialect.hasEscapes = from?["escape"]?.text == "backslash"
        if let byte = from?["delimiter"].flatMap({ delimiter($0, dialect) }) {
            dialect.delimiter = byte
        }
        dialect.columns = from?["columns"].map(columns)
        dialect.skip = lines.skip(from)
        dialect.nulls = lines.nulls(from, between: Unicode.Scalar(dialect.delimiter))
        return dialect
    }

    private func delimiter(_ node: YAMLNode, _ dialect: CSVDialect) -> UInt8? {
        guard let text = node.text else { return nil }
        let byte = CSVDialect.delimiter(text)
        let isEscape = dialect.hasEscapes && byte == UInt8(ascii: "\\")
        if byte == nil || isEscape {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`delimiter` cannot be `\(text)`",
                expected: isEscape
                    ? "another character than the backslash, which `escape` uses"
                    : "one ASCII character in quotes: `\";\"`, or `\"\\t\"` for a tab"
            )
        }
        return byte
    }

    // MARK: Columns

    /// As many as a header may have.
    static let mostColumns = 10_000

    private func columns(_ node: YAMLNode) -> [ExactText] {
        if node.items.count > Self.mostColumns {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`columns` has \(counted(node.items.count, "name"))",
                expected: "\(grouped(Self.mostColumns)) at most"
            )
        }
        var seen: Set<ExactText> = []
        for item in node.items {
            guard let name = item.text else { continue }
            if name.isEmpty {
                findings.add(
                    .valueMalformed,
                    at: item.span,
                    "a column has no name",
                    expected: "any text; what nobody reads has a name, too"
                )
            } else if !seen.insert(ExactText(name)).inserted {
                findings.add(.nameTaken, at: item.span, "`\(name)` stands twice in `columns`")
            }
        }
        return node.texts.exact
    }
}
