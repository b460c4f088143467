/// An expression as it was written, taken apart.
struct ExpressionTree: Sendable {
    var form: Form
    /// Where it stands, in Unicode scalars from 0.
    var place: Range<Int>
    /// How many levels it has.
    private(set) var depth: Int

    /// The deepest tree; whatever walks over one calls itself as often.
    static let maximumDepth = 200

    indirect enum Form: Sendable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case decimal(coefficient: Int64, scale: Int)
        case float(Double)
        case text(String)
        /// Days since 2000-01-01.
        case date(Int64)
        /// Microseconds since 2000-01-01 00:00 UTC.
        case timestamp(Int64)
        case column(String)
        case not(ExpressionTree)
        case negated(ExpressionTree)
        case isNull(ExpressionTree)
        case logic(ExpressionLogic, ExpressionTree, ExpressionTree)
        case comparison(ExpressionComparison, ExpressionTree, ExpressionTree)
        case arithmetic(ExpressionArithmetic, ExpressionTree, ExpressionTree)
        case concatenation(ExpressionTree, ExpressionTree)
        case membership(ExpressionTree, among: [ExpressionTree])
        case coalesce([ExpressionTree])
    }

    init(_ form: Form, _ place: Range<Int>) throws(ExpressionError) {
        self.form = form
        self.place = place
        depth = 1
        depth += children.map(\.depth).max() ?? 0
        guard depth <= Self.maximumDepth else {
            throw ExpressionError(
                .limit,
                at: place,
                "the expression has more than \(Self.maximumDepth) levels",
                expected: "a shorter expression, or derived columns for its parts"
            )
        }
    }

    private var children: [ExpressionTree] {
        switch form {
        case .null, .boolean, .integer, .decimal, .float, .text, .date, .timestamp, .column: []
        case .not(let operand), .negated(let operand), .isNull(let operand): [operand]
        case .logic(_, let left, let right), .comparison(_, let left, let right),
            .arithmetic(_, let left, let right), .concatenation(let left, let right):
            [left, right]
        case .membership(let operand, let choices): [operand] + choices
        case .coalesce(let operands): operands
        }
    }

    /// Calls `body` with the name of each column, from left to right.
    func forEachColumn(_ body: (String) -> Void) {
        if case .column(let name) = form { body(name) }
        for child in children { child.forEachColumn(body) }
    }
}

/// `and`, `or`.
enum ExpressionLogic: String, Sendable {
    case and
    case or
}

/// The six comparisons.
enum ExpressionComparison: UInt8, Sendable, BitwiseCopyable {
    case equal
    case unequal
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual

    init?(_ symbol: String) {
        switch symbol {
        case "=": self = .equal
        case "<>", "!=": self = .unequal
        case "<": self = .less
        case "<=": self = .lessOrEqual
        case ">": self = .greater
        case ">=": self = .greaterOrEqual
        default: return nil
        }
    }

    /// Whether it holds of two values in this order: negative, zero or positive.
    @inline(__always)
    func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .unequal: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

/// The four kinds of arithmetic.
enum ExpressionArithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
}
