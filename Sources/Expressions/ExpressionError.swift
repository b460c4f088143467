/// What is wrong with an expression, and where.
public struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of problem.
    public enum Code: Sendable, Hashable {
        /// The text is no expression.
        case syntax
        /// There is no column of that name, or it cannot be used here.
        case name
        /// Values of these types do not go together.
        case type
        /// It is longer, deeper or more exact than an expression may be.
        case limit
    }

    /// What kind of problem it is.
    public var code: Code
    /// Where the offending text begins, in Unicode scalars from 0.
    public var offset: Int
    /// How many Unicode scalars it takes; 0 at the end of the text.
    public var length: Int
    /// What is wrong, with the offending text in backticks.
    public var message: String
    /// What would have been right.
    public var expected: String?
    /// What was probably meant.
    public var suggestion: String?

    init(
        _ code: Code,
        at place: Range<Int>,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil
    ) {
        self.code = code
        offset = place.lowerBound
        length = place.count
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }

    /// The message, the place (from 1) and what helps, on one line.
    public var description: String {
        let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        let expectation = expected.map { "; expected: \($0)" } ?? ""
        return "\(message) (character \(offset + 1))\(hint)\(expectation)"
    }
}
