internal import Rows
internal import Values

/// Reads what a column declares about reading beyond its type: `round`, `dst`, and how
/// numbers are written.
struct ReadingRulesReading {
    let findings: Findings

    /// The rules of `column`; `type` is `nil` when there is a problem with it.
    func rules(of column: YAMLNode, type: ColumnType?) -> ReadingRules {
        refuse(in: column, type)
        var rules = ReadingRules()
        rules.rounding = column["round"]?.text.flatMap(Rounding.init)
        readLocalTimes(column, into: &rules)
        let point = character("point", of: column)
        let thousands = separator(of: column)
        if let point { rules.point = point }
        rules.thousands = thousands
        rules.hasExponents = column["exponent"]?.bool ?? false
        rules.hasTrailingMinus = column["trailing_minus"]?.bool ?? false
        if let node = column["thousands"], thousands == Unicode.Scalar(rules.point) {
            findings.add(
                .keyConflict,
                at: node.span,
                "`thousands` is the same as `point`",
                expected: "two different characters: `point: \",\"` and `thousands: \".\"`"
            )
        }
        return rules
    }

    /// `dst` is a word for both kinds of change, or a mapping with one for each.
    private func readLocalTimes(_ column: YAMLNode, into rules: inout ReadingRules) {
        guard let node = column["dst"] else { return }
        let both = node.text.flatMap(LocalTimeRule.init)
        if let gap = both ?? node["gap"]?.text.flatMap(LocalTimeRule.init) { rules.gap = gap }
        if let overlap = both ?? node["overlap"]?.text.flatMap(LocalTimeRule.init) {
            rules.overlap = overlap
        }
    }

    /// No-break spaces are written between groups of digits, too; they are not ASCII.
    private func separator(of column: YAMLNode) -> Unicode.Scalar? {
        let scalars = column["thousands"]?.text?.unicodeScalars
        if let scalars, scalars.count == 1, let space = scalars.first,
            space == "\u{a0}" || space == "\u{202f}"
        {
            return space
        }
        let expected =
            "one ASCII character in quotes that is no digit, letter or sign, or a no-break space: "
            + "`\",\"`, `\"\\u00a0\"`, `\"\\u202f\"`"
        return character("thousands", of: column, expected: expected).map { Unicode.Scalar($0) }
    }

    private func character(
        _ key: String,
        of column: YAMLNode,
        expected: String = "one ASCII character in quotes that is no digit, letter or sign: `\",\"`"
    ) -> UInt8? {
        guard let node = column[key], let text = node.text else { return nil }
        let unusable = UInt8(ascii: "0")...UInt8(ascii: "9")
        if text.utf8.count == 1, let byte = text.utf8.first, byte >= 0x20, byte < 0x7f,
            !unusable.contains(byte), ![UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte),
            !(0x41...0x5a).contains(byte & 0xdf)
        {
            return byte
        }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(key)` cannot be `\(text)`",
            expected: expected
        )
        return nil
    }

    /// Tells keys that have no meaning for the column's type, or beside an expression.
    private func refuse(in column: YAMLNode, _ type: ColumnType?) {
        guard let type else { return }
        let isComputed = column.entry("expression") != nil
        for (key, what, fits) in Self.uses {
            guard let entry = column.entry(key) else { continue }
            if !fits(type) {
                findings.add(
                    .typeMismatch,
                    at: entry.key.span,
                    "`\(key)` is for \(what), and this column is none"
                )
            } else if isComputed && key != "round" {
                findings.add(
                    .keyConflict,
                    at: entry.key.span,
                    "`\(key)` stands beside `expression`",
                    expected: "no `\(key)`: a derived column is computed, not read"
                )
            }
        }
    }

    private static let uses: [(key: String, what: String, fits: @Sendable (ColumnType) -> Bool)] = [
        ("round", "a decimal", \.isDecimal),
        ("dst", "a timestamp", \.isTimestamp),
        // An integer has no fraction, but its `thousands` may be the usual point.
        ("point", "a number", { $0 == .integer || $0 == .float || $0.isDecimal }),
        ("exponent", "an integer or decimal", { $0 == .integer || $0.isDecimal }),
        ("trailing_minus", "a number", { $0 == .integer || $0 == .float || $0.isDecimal }),
        ("thousands", "a number", { $0 == .integer || $0 == .float || $0.isDecimal }),
    ]
}

extension ColumnType {
    fileprivate var isDecimal: Bool { if case .decimal = self { true } else { false } }
    fileprivate var isTimestamp: Bool { if case .timestamp = self { true } else { false } }
}
