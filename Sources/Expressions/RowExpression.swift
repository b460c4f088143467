/// A condition or a computation over the columns of one row: `paid_at >= issued_at`.
///
/// The language is Longshore's own and knows no SQL: columns, literals, comparison, arithmetic, `||`,
/// `and`, `or`, `not`, `is null`, `in (…)` and `coalesce(…)`, with SQL's three-valued logic. Two
/// expressions are equal when their texts are.
public struct RowExpression: Sendable, Hashable {
    /// The expression as written.
    public let text: String
    let root: ExpressionTree

    /// Reads `text`.
    ///
    /// - Throws: ``ExpressionError`` with its place when the text is no expression. Names and types
    ///   are not looked at: ``check(_:in:)`` does that.
    public init(_ text: String) throws(ExpressionError) {
        self.text = text
        root = try ExpressionParser.parse(text)
    }

    /// The columns that it uses, each once, in the order of the text.
    public var columns: [String] {
        var names: [String] = []
        root.forEachColumn { if !names.contains($0) { names.append($0) } }
        return names
    }

    /// What an expression is for, which decides what it may give.
    public enum Purpose: Sendable, Hashable {
        /// A condition: true, false or null.
        case condition
        /// The value of a column of this kind.
        case value(ExpressionKind)
    }

    /// Checks names and types.
    ///
    /// - Throws: ``ExpressionError`` with the place of the first one that is wrong.
    public func check(
        _ purpose: Purpose,
        in scope: ExpressionScope
    ) throws(ExpressionError) {
        _ = try compiled(purpose, in: scope)
    }

    /// The expression with its names resolved and its types known.
    ///
    /// - Throws: As ``check(_:in:)``.
    package func compiled(
        _ purpose: Purpose,
        in scope: ExpressionScope
    ) throws(ExpressionError) -> ExpressionProgram {
        try ExpressionCompiler.compile(root, purpose, scope: scope)
    }

    /// Whether the texts are equal.
    public static func == (left: RowExpression, right: RowExpression) -> Bool {
        left.text == right.text
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

/// A condition that every row must keep.
///
/// A row of which it is false becomes a reject; null passes, as in SQL's `CHECK`.
public struct RowCheck: Sendable, Hashable {
    /// Its name, which is the rule's in rejects.
    public var name: String
    /// The condition.
    public var expression: RowExpression

    /// Creates a check.
    public init(name: String, expression: RowExpression) {
        self.name = name
        self.expression = expression
    }
}
