import Words

/// Reads an expression by descent, one method for each strength of binding, weakest first:
/// `or`, `and`, `not`, comparisons, `||`, `+ -`, `* /`, a sign.
struct ExpressionParser {
    private let tokens: [ExpressionToken]
    private var position = 0
    private var nesting = 0

    /// How deep parentheses, signs and `not` may be nested.
    private static let maximumNesting = 50

    static func parse(_ text: String) throws(ExpressionError) -> ExpressionTree {
        var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(of: text))
        let tree = try parser.disjunction()
        guard parser.token.kind == .end else { throw parser.unexpected() }
        return tree
    }

    private init(tokens: [ExpressionToken]) {
        self.tokens = tokens
    }

    // MARK: Tokens

    private var token: ExpressionToken { tokens[position] }

    private mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    private mutating func take(symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private mutating func take(keyword: String) -> Bool {
        guard token.keyword == keyword else { return false }
        advance()
        return true
    }

    private mutating func expect(symbol: String, _ purpose: String) throws(ExpressionError) {
        guard !take(symbol: symbol) else { return }
        throw ExpressionError(
            .syntax,
            at: token.place,
            "\(token.shown) stands where `\(symbol)` is needed",
            expected: purpose
        )
    }

    /// What is behind a complete expression and does not belong there.
    private func unexpected() -> ExpressionError {
        let word = token.keyword.flatMap { Self.operators.contains($0) ? nil : $0 }
        return ExpressionError(
            .syntax,
            at: token.place,
            word.map { "`\($0)` is no operator" } ?? "\(token.shown) is unexpected here",
            expected: "an operator, or the end of the expression",
            suggestion: word.flatMap { word in
                NearestNames(to: word, among: ["and", "or", "is", "in"], limit: 1).names.first
            }
        )
    }

    /// Runs `body` one level deeper.
    private mutating func nested(
        _ body: (inout ExpressionParser) throws(ExpressionError) -> ExpressionTree
    ) throws(ExpressionError) -> ExpressionTree {
        guard nesting < Self.maximumNesting else {
            throw ExpressionError(
                .limit,
                at: token.place,
                "the expression is nested more than \(Self.maximumNesting) levels deep"
            )
        }
        nesting += 1
        defer { nesting -= 1 }
        return try body(&self)
    }

    private func span(_ left: ExpressionTree, _ right: ExpressionTree) -> Range<Int> {
        left.place.lowerBound..<right.place.upperBound
    }

    /// Where the token before the current one ends.
    private var endOfLast: Int { tokens[position - 1].place.upperBound }

    // MARK: Logic

    private mutating func disjunction() throws(ExpressionError) -> ExpressionTree {
        var left = try conjunction()
        while take(keyword: "or") {
            let right = try conjunction()
            left = try ExpressionTree(.logic(.or, left, right), span(left, right))
        }
        return left
    }

    private mutating func conjunction() throws(ExpressionError) -> ExpressionTree {
        var left = try inversion()
        while take(keyword: "and") {
            let right = try inversion()
            left = try ExpressionTree(.logic(.and, left, right), span(left, right))
        }
        return left
    }

    private mutating func inversion() throws(ExpressionError) -> ExpressionTree {
        let start = token.place.lowerBound
        guard take(keyword: "not") else { return try comparison() }
        let operand = try nested { parser throws(ExpressionError) in try parser.inversion() }
        return try ExpressionTree(.not(operand), start..<operand.place.upperBound)
    }

    // MARK: Comparisons

    private mutating func comparison() throws(ExpressionError) -> ExpressionTree {
        let left = try concatenation()
        if take(keyword: "is") { return try nullTest(left) }
        if token.keyword == "in" || token.keyword == "not" { return try membership(left) }
        guard case .symbol(let symbol) = token.kind, let operation = ExpressionComparison(symbol)
        else { return left }
        advance()
        let right = try concatenation()
        if case .symbol(let next) = token.kind, ExpressionComparison(next) != nil {
            throw ExpressionError(
                .syntax,
                at: token.place,
                "comparisons cannot be chained",
                expected: "`a < b and b < c`"
            )
        }
        return try ExpressionTree(.comparison(operation, left, right), span(left, right))
    }

    private mutating func nullTest(
        _ operand: ExpressionTree
    ) throws(ExpressionError) -> ExpressionTree {
        let isNegated = take(keyword: "not")
        guard take(keyword: "null") else {
            throw ExpressionError(
                .syntax,
                at: token.place,
                "\(token.shown) stands behind `is`",
                expected: "`is null` or `is not null`"
            )
        }
        let place = operand.place.lowerBound..<endOfLast
        let test = try ExpressionTree(.isNull(operand), place)
        return isNegated ? try ExpressionTree(.not(test), place) : test
    }

    private mutating func membership(
        _ operand: ExpressionTree
    ) throws(ExpressionError) -> ExpressionTree {
        let isNegated = take(keyword: "not")
        guard take(keyword: "in") else {
            throw ExpressionError(
                .syntax,
                at: token.place,
                "\(token.shown) stands behind `not`",
                expected: "`not in (…)`; or `not` in front of the whole comparison"
            )
        }
        try expect(symbol: "(", "a list: `in (1, 2, 3)`")
        let choices = try list()
        let place = operand.place.lowerBound..<endOfLast
        let test = try ExpressionTree(.membership(operand, among: choices), place)
        return isNegated ? try ExpressionTree(.not(test), place) : test
    }

    /// Expressions with commas between them, and the closing parenthesis.
    private mutating func list() throws(ExpressionError) -> [ExpressionTree] {
        var items: [ExpressionTree] = []
        repeat {
            items.append(
                try nested { parser throws(ExpressionError) in try parser.disjunction() }
            )
        } while take(symbol: ",")
        try expect(symbol: ")", "`,` and another value, or the end of the list")
        return items
    }

    // MARK: Values

    private mutating func concatenation() throws(ExpressionError) -> ExpressionTree {
        var left = try sum()
        while take(symbol: "||") {
            let right = try sum()
            left = try ExpressionTree(.concatenation(left, right), span(left, right))
        }
        return left
    }

    private mutating func sum() throws(ExpressionError) -> ExpressionTree {
        var left = try product()
        while let operation = takeArithmetic(.add, .subtract) {
            let right = try product()
            left = try ExpressionTree(.arithmetic(operation, left, right), span(left, right))
        }
        return left
    }

    private mutating func product() throws(ExpressionError) -> ExpressionTree {
        var left = try signed()
        while let operation = takeArithmetic(.multiply, .divide) {
            let right = try signed()
            left = try ExpressionTree(.arithmetic(operation, left, right), span(left, right))
        }
        return left
    }

    private mutating func takeArithmetic(
        _ candidates: ExpressionArithmetic...
    ) -> ExpressionArithmetic? {
        candidates.first { take(symbol: $0.rawValue) }
    }

    private mutating func signed() throws(ExpressionError) -> ExpressionTree {
        let start = token.place.lowerBound
        guard take(symbol: "-") else { return try operand() }
        let operand = try nested { parser throws(ExpressionError) in try parser.signed() }
        return try ExpressionTree(.negated(operand), start..<operand.place.upperBound)
    }

    private mutating func operand() throws(ExpressionError) -> ExpressionTree {
        let first = token
        switch first.kind {
        case .number(let text):
            advance()
            return try ExpressionTree(ExpressionLiteral.number(text, first.place), first.place)
        case .text(let text):
            advance()
            return try ExpressionTree(.text(text), first.place)
        case .quotedName(let name):
            advance()
            return try ExpressionTree(.column(name), first.place)
        case .word(let word):
            advance()
            return try named(word, first.place)
        case .symbol("("):
            advance()
            let inner = try nested { parser throws(ExpressionError) in try parser.disjunction() }
            try expect(symbol: ")", "the end of what `(` began")
            return inner
        case .symbol, .end:
            throw ExpressionError(
                .syntax,
                at: first.place,
                "\(first.shown) stands where a value is needed",
                expected: "a column, a number, a 'text', or `(`"
            )
        }
    }

    private static let operators: Set = ["and", "or", "not", "is", "in"]

    /// What a word in the place of a value means.
    private mutating func named(
        _ word: String,
        _ place: Range<Int>
    ) throws(ExpressionError) -> ExpressionTree {
        let keyword = word.lowercased()
        if case .text(let text) = token.kind, keyword == "date" || keyword == "timestamp" {
            let whole = place.lowerBound..<token.place.upperBound
            let form = try ExpressionLiteral.moment(text, keyword, token.place)
            advance()
            return try ExpressionTree(form, whole)
        }
        if take(symbol: "(") { return try call(keyword, place) }
        switch keyword {
        case "true": return try ExpressionTree(.boolean(true), place)
        case "false": return try ExpressionTree(.boolean(false), place)
        case "null": return try ExpressionTree(.null, place)
        case _ where Self.operators.contains(keyword):
            throw ExpressionError(
                .syntax,
                at: place,
                "`\(word)` stands where a value is needed",
                expected:
                    "a column, a number, a 'text', or `(`; a column of that name is `\"\(word)\"`"
            )
        default: return try ExpressionTree(.column(word), place)
        }
    }

    private mutating func call(
        _ name: String,
        _ place: Range<Int>
    ) throws(ExpressionError) -> ExpressionTree {
        guard name == "coalesce" else {
            throw ExpressionError(
                .syntax,
                at: place,
                "there is no function `\(name)`",
                expected: "`coalesce(…)`; texts are changed by a column's `clean`",
                suggestion: NearestNames(to: name, among: ["coalesce"], limit: 1).names.first
            )
        }
        let operands = try list()
        return try ExpressionTree(.coalesce(operands), place.lowerBound..<endOfLast)
    }
}
