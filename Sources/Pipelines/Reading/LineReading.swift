internal import Words

/// Reads what CSV and files of fixed width have in common: encoding, lines that are no rows, words for nothing.
struct LineReading {
    let findings: Findings

    func encoding(_ from: YAMLNode?) -> CSVDialect.Encoding {
        from?["encoding"]?.text.flatMap(CSVDialect.Encoding.init(rawValue:)) ?? .utf8
    }

    // MARK: Lines

    func skip(_ from: YAMLNode?) -> SkippedLines {
        guard let node = from?["skip"] else { return SkippedLines() }
        guard node.text == nil else { return SkippedLines(before: count(node, "skip")) }
        return SkippedLines(
            before: count(node["before"], "before"),
            after: count(node["after"], "after")
        )
    }

    private func count(_ node: YAMLNode?, _ key: String) -> Int {
        guard let node, let number = node.int else { return 0 }
        guard (0...SkippedLines.most).contains(number) else {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`\(key)` cannot be `\(number)`",
                expected: "a number of lines from 0 to \(SkippedLines.most)"
            )
            return 0
        }
        return number
    }

    // MARK: Nulls

    /// The words; none can have what parts two fields, or blanks around it where fields have none.
    func nulls(
        _ from: YAMLNode?,
        between delimiter: Unicode.Scalar,
        isTrimmed: Bool = false
    ) -> [String] {
        guard let node = from?["nulls"] else { return [] }
        for item in node.text == nil ? node.items : [node] {
            guard let word = item.text else { continue }
            let ends: [Unicode.Scalar] = [delimiter, "\n", "\r"]
            let isPadded = isTrimmed && (word.utf8.first == 0x20 || word.utf8.last == 0x20)
            guard word.isEmpty || isPadded || word.unicodeScalars.contains(where: ends.contains)
            else { continue }
            findings.add(
                .valueMalformed,
                at: item.span,
                "`nulls` cannot have `\(VisibleText.line(word))`: no field is it",
                expected:
                    "a word that stands alone in a field; an empty field is nothing anyway"
            )
        }
        return node.texts
    }
}
