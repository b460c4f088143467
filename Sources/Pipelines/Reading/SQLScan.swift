/// The parts of an SQL text that matter here: its words and signs, its placeholders, its statements.
///
/// It follows the lexical rules of Postgres (`scan.l`, with `standard_conforming_strings` on, which each
/// session sets): strings ('', E'\'' and U&''), which go on behind a line end, dollar quotes, quoted names,
/// line comments and nested block comments. What stands in strings and comments is skipped.
struct SQLScan {
    /// Words, names and signs in their order; strings, numbers and comments are left out.
    private(set) var tokens: [Token] = []
    /// Strings, names in quotes and comments, in their order.
    private(set) var enclosures: [Enclosure] = []
    /// The placeholders: `:period_start`.
    private(set) var placeholders: [Placeholder] = []
    /// A string, comment or parenthesis that is not closed.
    private(set) var problem: Problem?
    /// The text without the semicolon and the comments at its end.
    var query: String { String(String.UnicodeScalarView(scalars[..<lastTokenEnd])) }

    /// What stands outside of strings and comments.
    enum Token: Hashable {
        /// A word or a name without quotes, in small letters.
        case word(String)
        /// A name in quotes, without them.
        case quoted(String)
        /// Any other character.
        case sign(Character)
    }

    /// A string, a name in quotes or a comment.
    struct Enclosure {
        var kind: Kind
        /// Its Unicode scalars in the text, prefix and quotes among them.
        var scalars: Range<Int>

        enum Kind {
            case string, escapeString, unicodeString, dollarString, quotedName, comment

            var isString: Bool { self != .quotedName && self != .comment }
        }
    }

    /// A `:name` in a text.
    struct Placeholder {
        var name: String
        var position: Diagnostic.Position
        /// Its Unicode scalars in the text, the colon among them.
        var scalars: Range<Int>
    }

    /// What is wrong with a text.
    struct Problem {
        var message: String
        var expected: String?
        var position: Diagnostic.Position
    }

    /// The text's words, names, strings and signs, one blank between them: without comments, line
    /// ends and the capital letters that mean nothing.
    private(set) var canonical = ""

    /// The text.
    let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    private var firstToken: (text: String, position: Diagnostic.Position)?
    private var lastTokenEnd = 0
    private var hasSemicolon = false
    private var afterSemicolon: Diagnostic.Position?
    private var openParentheses: [Diagnostic.Position] = []

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        while index < scalars.count, problem == nil { scanToken() }
        if let open = openParentheses.last { report("a `(` is not closed", at: open) }
    }

    /// Why the text is not one single query, or `nil` when it is.
    var statementProblem: Problem? {
        let expected = "one query that begins with `select` or `with`"
        guard let firstToken else {
            return Problem(message: "there is no SQL", expected: expected, position: .start)
        }
        if !["select", "with", "("].contains(firstToken.text) {
            let message = "the SQL begins with `\(firstToken.text)`"
            return Problem(message: message, expected: expected, position: firstToken.position)
        }
        guard let afterSemicolon else { return nil }
        let message = "the SQL goes on after `;`"
        return Problem(message: message, expected: expected, position: afterSemicolon)
    }
}

// MARK: - Tokens

extension SQLScan {
    private var position: Diagnostic.Position {
        Diagnostic.Position(line: line, column: index - lineStart + 1)
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        scalars.indices.contains(index + offset) ? scalars[index + offset] : nil
    }

    /// Steps over one character and keeps count of lines.
    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where index < scalars.count {
            let isBreak = scalars[index] == "\n" || scalars[index] == "\r" && peek(1) != "\n"
            index += 1
            if isBreak {
                line += 1
                lineStart = index
            }
        }
    }

    private mutating func scanToken() {
        guard let scalar = peek() else { return }
        switch (scalar, peek(1)) {
        case (_, _) where Self.isBlank(scalar): advance()
        case ("-", "-"): enclose(.comment) { $0.skipLine() }
        case ("/", "*"): enclose(.comment) { $0.skipBlockComment() }
        case (";", _):
            hasSemicolon = true
            advance()
        default:
            let start = position
            let first = index
            let token = scanVisibleToken(scalar)
            keep(first..<index, isWord: Self.isNameStart(scalar))
            firstToken = firstToken ?? (token, start)
            lastTokenEnd = index
            if hasSemicolon { afterSemicolon = afterSemicolon ?? start }
        }
    }

    private mutating func keep(_ range: Range<Int>, isWord: Bool) {
        let text = String(String.UnicodeScalarView(scalars[range]))
        if !canonical.isEmpty { canonical += " " }
        canonical += isWord && !text.unicodeScalars.contains("'") ? Self.folded(text) : text
    }

    /// Steps over a token and returns its first letters, enough to name it in a message.
    private mutating func scanVisibleToken(_ scalar: Unicode.Scalar) -> String {
        let start = position
        switch scalar {
        case "'": skipString(.string)
        case "\"": tokens.append(.quoted(scanQuotedName()))
        case "$" where isDollarQuote: enclose(.dollarString) { $0.skipDollarQuote() }
        case ":" where peek(1) == ":": advance(2)
        case ":" where Self.isNameStart(peek(1)) && !isSlice:
            let first = index
            advance()
            let name = scanWord()
            placeholders.append(
                Placeholder(name: name, position: start, scalars: first..<index)
            )
        case _ where Self.isNameStart(scalar): return scanWordOrPrefixedString()
        case "0"..."9": skipNumber()
        default:
            tokens.append(.sign(Character(scalar)))
            countParenthesis(scalar)
            advance()
        }
        return String(scalar)
    }

    private mutating func countParenthesis(_ scalar: Unicode.Scalar) {
        if scalar == "(" { openParentheses.append(position) }
        if scalar == ")", openParentheses.popLast() == nil {
            report("a `)` closes nothing", at: position)
        }
    }

    /// Whether the colon here stands in `array[from:to]`.
    private var isSlice: Bool {
        guard index > 0 else { return false }
        let previous = scalars[index - 1]
        return Self.isNameStart(previous) || ("0"..."9").contains(previous)
            || [")", "]"].contains(previous)
    }

    private mutating func scanWordOrPrefixedString() -> String {
        let first = index
        let word = Self.folded(scanWord())
        if peek() == "'", ["e", "b", "x", "n"].contains(word) {
            skipString(word == "e" ? .escapeString : .string, from: first)
        } else if word == "u", peek() == "&", peek(1) == "'" {
            advance()
            skipString(.unicodeString, from: first)
        } else {
            tokens.append(.word(word))
        }
        return word
    }

    /// Blanks and line ends as Postgres has them: U+00A0 and its like are letters of a name there.
    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        [" ", "\t", "\n", "\r", "\u{B}", "\u{C}"].contains(scalar)
    }

    /// A word in the small letters that Postgres makes of it, which are ASCII's.
    private static func folded(_ word: String) -> String {
        String(
            decoding: word.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 },
            as: UTF8.self
        )
    }

    private static func isNameStart(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        switch scalar {
        case "a"..."z", "A"..."Z", "_": return true
        default: return scalar.value >= 0x80
        }
    }

    /// Whether a name goes on with it.
    static func isNamePart(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return isNameStart(scalar) || ("0"..."9").contains(scalar) || scalar == "$"
    }

    /// Servers differ in what they make of `1e'…'`.
    private mutating func skipNumber() {
        let start = position
        while let scalar = peek(), Self.isNamePart(scalar), scalar != "$" { advance() }
        if peek() == "'" { report("a string follows a number without a blank", at: start) }
    }

    private mutating func scanWord() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = peek(), Self.isNamePart(scalar) {
            word.append(scalar)
            advance()
        }
        return String(word)
    }

    private mutating func scanQuotedName() -> String {
        let start = index + 1
        enclose(.quotedName) { $0.skipQuoted("\"", hasEscapes: false) }
        let end = max(start, index - 1)
        return String(String.UnicodeScalarView(scalars[start..<end]))
    }

    // MARK: What is skipped

    /// Remembers what `skip` steps over; a prefix before it began at `first`.
    private mutating func enclose(
        _ kind: Enclosure.Kind,
        from first: Int? = nil,
        _ skip: (inout SQLScan) -> Void
    ) {
        let first = first ?? index
        skip(&self)
        enclosures.append(Enclosure(kind: kind, scalars: first..<index))
    }

    /// Steps over a string and what continues it: another quote behind blanks and line comments with a
    /// line end among them, in which a backslash means what it meant before.
    private mutating func skipString(_ kind: Enclosure.Kind, from first: Int? = nil) {
        let hasEscapes = kind == .escapeString
        enclose(kind, from: first) { $0.skipQuoted("'", hasEscapes: hasEscapes) }
        while problem == nil, let next = continuation {
            while index < next { skipGap() }
            enclose(kind) { $0.skipQuoted("'", hasEscapes: hasEscapes) }
        }
    }

    private mutating func skipGap() {
        if peek() == "-" { enclose(.comment) { $0.skipLine() } } else { advance() }
    }

    /// Where the quote is that goes on with the string that ends here.
    private var continuation: Int? {
        var next = index
        var hasLineEnd = false
        while next < scalars.count {
            if Self.isBlank(scalars[next]) {
                hasLineEnd = hasLineEnd || ["\n", "\r"].contains(scalars[next])
                next += 1
            } else if scalars[next...].starts(with: ["-", "-"]) {
                next = scalars[next...].firstIndex { ["\n", "\r"].contains($0) } ?? scalars.count
            } else {
                return hasLineEnd && scalars[next] == "'" ? next : nil
            }
        }
        return nil
    }

    private mutating func skipLine() {
        while let scalar = peek(), scalar != "\n", scalar != "\r" { advance() }
    }

    private mutating func skipBlockComment() {
        let start = position
        var depth = 0
        repeat {
            switch (peek(), peek(1)) {
            case ("/", "*"):
                depth += 1
                advance(2)
            case ("*", "/"):
                depth -= 1
                advance(2)
            case (nil, _): return report("a comment `/*` is not closed", at: start)
            default: advance()
            }
        } while depth > 0
    }

    private mutating func skipQuoted(_ quote: Unicode.Scalar, hasEscapes: Bool) {
        let start = position
        advance()
        while let scalar = peek() {
            if hasEscapes, scalar == "\\" {
                advance(2)
            } else if scalar != quote {
                advance()
            } else if peek(1) == quote {
                advance(2)
            } else {
                return advance()
            }
        }
        report("a quote `\(quote)` is not closed", at: start)
    }

    /// `$$` or `$tag$`, which opens a string; `$1` does not.
    private var isDollarQuote: Bool { dollarTag != nil }

    private var dollarTag: ArraySlice<Unicode.Scalar>? {
        var end = index + 1
        while scalars.indices.contains(end), scalars[end] != "$" {
            let isDigit = ("0"..."9").contains(scalars[end])
            guard Self.isNameStart(scalars[end]) || isDigit && end > index + 1 else { return nil }
            end += 1
        }
        return scalars.indices.contains(end) ? scalars[index...end] : nil
    }

    private mutating func skipDollarQuote() {
        guard let tag = dollarTag else { return advance() }
        let start = position
        advance(tag.count)
        while index < scalars.count {
            if scalars[index...].starts(with: tag) { return advance(tag.count) }
            advance()
        }
        report("a string `\(String(String.UnicodeScalarView(tag)))` is not closed", at: start)
    }

    private mutating func report(_ message: String, at position: Diagnostic.Position) {
        problem = problem ?? Problem(message: message, expected: nil, position: position)
    }
}

/// The placeholders of queries.
enum SQLPlaceholder {
    static let names = ["period_start", "period_end"]

    /// Reports `name` when it stands for nothing in this query, which has placeholders of `others`, too.
    static func check(
        _ name: String,
        at span: Span,
        isByPeriod: Bool,
        others: [String] = [],
        _ findings: Findings
    ) {
        let names = names + others
        if !names.contains(name) {
            findings.add(
                .sqlPlaceholder,
                at: span,
                "`:\(name)` stands for nothing",
                expected: names.map { "`:\($0)`" }.joined(separator: " or "),
                suggestion: suggestion(for: name, among: names).map { ":" + $0 }
            )
        } else if !isByPeriod {
            findings.add(
                .periodMissing,
                at: span,
                "the SQL has `:\(name)`, but the table is not loaded by period",
                expected: "a table by period, or SQL without it"
            )
        }
    }
}
