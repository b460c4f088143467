import Words

/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    /// The longest expression, in Unicode scalars.
    static let maximumLength = 4_000

    /// The tokens of `text`, the last of which is its end.
    static func tokens(of text: String) throws(ExpressionError) -> [ExpressionToken] {
        var lexer = ExpressionLexer(scalars: Array(text.unicodeScalars))
        guard lexer.scalars.count <= maximumLength else {
            throw ExpressionError(
                .limit,
                at: maximumLength..<lexer.scalars.count,
                "the expression has \(counted(lexer.scalars.count, "character"))",
                expected: "at most \(maximumLength)"
            )
        }
        var tokens: [ExpressionToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private var scalar: Unicode.Scalar? {
        index < scalars.count ? scalars[index] : nil
    }

    private mutating func next() throws(ExpressionError) -> ExpressionToken {
        while let scalar, scalar.properties.isWhitespace { index += 1 }
        let start = index
        guard let scalar else { return ExpressionToken(kind: .end, place: start..<start) }
        let kind: ExpressionToken.Kind
        switch scalar {
        case "'": kind = .text(try quoted())
        case "\"": kind = .quotedName(try quoted())
        case "0"..."9": kind = .number(try number())
        case _ where scalar == "_" || scalar.properties.isAlphabetic: kind = .word(word())
        default: kind = .symbol(try symbol())
        }
        return ExpressionToken(kind: kind, place: start..<index)
    }

    /// What stands between two quotes; a doubled quote is one of the text.
    private mutating func quoted() throws(ExpressionError) -> String {
        let start = index
        let quote = scalars[index]
        var text = String.UnicodeScalarView()
        index += 1
        while let scalar {
            index += 1
            if scalar == quote {
                guard self.scalar == quote else { return String(text) }
                index += 1
            }
            if scalar == "\0" {
                throw ExpressionError(.syntax, at: index - 1..<index, "a text cannot hold a NUL")
            }
            text.append(scalar)
        }
        throw ExpressionError(
            .syntax,
            at: start..<scalars.count,
            "a quote is opened and never closed",
            expected: "`\(quote)` behind the text; a quote within it is written twice"
        )
    }

    private mutating func word() -> String {
        text { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }
    }

    /// Digits, a fraction, an exponent.
    private mutating func number() throws(ExpressionError) -> String {
        let start = index
        var number = digits()
        if scalar == ".", index + 1 < scalars.count, ("0"..."9").contains(scalars[index + 1]) {
            index += 1
            number += "." + digits()
        }
        if scalar == "e" || scalar == "E" {
            index += 1
            number += "e"
            if let sign = scalar, sign == "-" || sign == "+" {
                index += 1
                number.unicodeScalars.append(sign)
            }
            number += digits()
        }
        let rest = text { $0 == "." || $0 == "_" || $0.properties.isAlphabetic }
        guard rest.isEmpty, number.last != "e", number.last != "-", number.last != "+" else {
            let written = scalars[start..<index].map(String.init).joined()
            throw ExpressionError(
                .syntax,
                at: start..<index,
                "`\(written)` is no number",
                expected: "a number like `12`, `12.50` or `1e6`"
            )
        }
        return number
    }

    private mutating func digits() -> String {
        text { ("0"..."9").contains($0) }
    }

    private mutating func text(of isPart: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while let scalar, isPart(scalar) { index += 1 }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    private static let symbols: Set = [
        "<=", ">=", "<>", "!=", "||", "(", ")", ",", "+", "-", "*", "/", "<", ">", "=",
    ]

    /// What people write elsewhere.
    private static let foreign = ["==": "=", "&&": "and", "!": "not", "|": "||", "&": "and"]

    private mutating func symbol() throws(ExpressionError) -> String {
        let start = index
        let pair = scalars[start..<min(start + 2, scalars.count)].map(String.init).joined()
        let single = String(scalars[start])
        for candidate in [pair, single] {
            index = start + candidate.unicodeScalars.count
            if let meant = Self.foreign[candidate] {
                throw ExpressionError(
                    .syntax,
                    at: start..<index,
                    "`\(candidate)` is no operator",
                    suggestion: meant
                )
            }
            if Self.symbols.contains(candidate) { return candidate }
        }
        throw ExpressionError(
            .syntax,
            at: start..<index,
            "`\(single)` is not part of the language of expressions",
            expected: "names, numbers, 'texts', and operators like `>=`, `+`, `||`, `and`"
        )
    }
}
