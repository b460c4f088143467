internal import Words

extension CSVDialect {
    /// What is declared beyond the usual; it begins with a blank.
    var words: String {
        let usual = CSVDialect()
        var words = ""
        if delimiter != usual.delimiter {
            words += " delimiter \(quoted(String(Unicode.Scalar(delimiter))))"
        }
        if encoding != usual.encoding { words += " encoding \(encoding.rawValue)" }
        if let columns { words += " columns \(quotedList(columns.texts))" }
        words += skip.words + wordsOfNulls(nulls)
        if !hasQuotes { words += " quote none" }
        if hasEscapes { words += " escape backslash" }
        return words
    }
}

extension FixedWidth {
    /// What is declared; it begins with a blank.
    var words: String {
        var words = " widths \(quotedList(columns.map { "\($0.name) \($0.width)" }))"
        if encoding != .utf8 { words += " encoding \(encoding.rawValue)" }
        words += skip.words + wordsOfNulls(nulls)
        if isTrimmed { words += " trimmed" }
        return words
    }
}

extension SkippedLines {
    fileprivate var words: String {
        (before > 0 ? " skip \(before)" : "") + (after > 0 ? " skip after \(after)" : "")
    }
}

private func wordsOfNulls(_ nulls: [String]) -> String {
    nulls.isEmpty ? "" : " nulls \(quotedList(nulls.sorted()))"
}
