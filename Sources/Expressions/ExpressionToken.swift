import Words

/// A word, number, text or symbol of an expression.
struct ExpressionToken {
    enum Kind: Equatable {
        /// A keyword or the name of a column.
        case word(String)
        /// A name in double quotes, never a keyword.
        case quotedName(String)
        case number(String)
        case text(String)
        case symbol(String)
        case end
    }

    var kind: Kind
    /// Where it stands, in Unicode scalars from 0.
    var place: Range<Int>

    /// The word in small letters; `nil` for anything else.
    var keyword: String? {
        guard case .word(let word) = kind else { return nil }
        return word.lowercased()
    }

    /// The token in messages.
    var shown: String {
        switch kind {
        case .word(let text), .number(let text), .symbol(let text): "`\(text)`"
        case .quotedName(let name): "`\"\(name)\"`"
        case .text(let text): "the text `'\(VisibleText.shortened(text, to: 40))'`"
        case .end: "the end of the expression"
        }
    }
}
