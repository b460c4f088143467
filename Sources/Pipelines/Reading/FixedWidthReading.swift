internal import Words

/// Reads how a file of fixed width is written: the keys beside `fixed`.
struct FixedWidthReading {
    let findings: Findings

    /// The keys that only files of fixed width have.
    static let keys = FormatGrammar.fixed.map(\.name)

    /// What the mapping declares whose key `fixed` is at `place`.
    func layout(_ from: YAMLNode, at place: Span) -> FixedWidth {
        let lines = LineReading(findings: findings)
        var layout = FixedWidth(columns(from, at: place), encoding: lines.encoding(from))
        layout.skip = lines.skip(from)
        layout.nulls = lines.nulls(from, between: "\n", isTrimmed: true)
        layout.isTrimmed = from["trimmed"]?.text == "true"
        return layout
    }

    private func columns(_ from: YAMLNode, at place: Span) -> [FixedWidth.Column] {
        guard let node = from["widths"] else {
            findings.add(
                .keyMissing,
                at: place,
                "`widths` is missing, which tells where the columns are",
                expected: "`widths: { code: 5, name: 30 }`, from left to right"
            )
            return []
        }
        if node.entries.isEmpty || node.entries.count > CSVDialectReading.mostColumns {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`widths` has \(counted(node.entries.count, "column"))",
                expected: "1 to \(grouped(CSVDialectReading.mostColumns)) of them"
            )
        }
        let columns = node.entries.map { FixedWidth.Column($0.name, width($0)) }
        let whole = columns.reduce(0) { $0 + $1.width }
        if whole > Self.widest {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`widths` are \(grouped(whole)) characters together",
                expected: "\(grouped(Self.widest)) at most"
            )
        }
        return columns
    }

    /// A line is read as one field of CSV.
    private static let widest = 16 << 20

    private func width(_ entry: YAMLNode.Entry) -> Int {
        if let width = entry.value.int, (1...Self.widest).contains(width) { return width }
        findings.add(
            .valueMalformed,
            at: entry.value.span,
            "`\(entry.name)` cannot be `\(entry.value.text ?? "")` wide",
            expected: "a number of characters from 1 to \(grouped(Self.widest))"
        )
        return 1
    }
}
