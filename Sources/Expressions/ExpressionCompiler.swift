/// Finds the type of every part of an expression, and refuses what does not go together.
struct ExpressionCompiler {
    typealias Node = ExpressionProgram.Node

    private let scope: ExpressionScope
    private var nodes: [Node] = []
    private var arguments: [Int32] = []
    private var literals: [UInt8] = []

    static func compile(
        _ tree: ExpressionTree,
        _ purpose: RowExpression.Purpose,
        scope: ExpressionScope
    ) throws(ExpressionError) -> ExpressionProgram {
        var compiler = ExpressionCompiler(scope: scope)
        var root = try compiler.add(tree)
        switch purpose {
        case .condition: try compiler.requireTruth(root, tree, "a check")
        case .value(let kind): root = try compiler.fit(root, tree, into: kind)
        }
        return ExpressionProgram(
            nodes: compiler.nodes,
            arguments: compiler.arguments,
            literals: compiler.literals,
            root: Int(root)
        )
    }

    private init(scope: ExpressionScope) {
        self.scope = scope
    }

    // MARK: Nodes

    private mutating func append(_ node: Node) -> Int32 {
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    private func kind(_ node: Int32) -> ExpressionKind { nodes[Int(node)].kind }

    private mutating func append(
        _ operation: ExpressionProgram.Operation,
        _ kind: ExpressionKind,
        _ left: Int32,
        _ right: Int32 = 0
    ) -> Int32 {
        append(Node(operation: operation, kind: kind, left: left, right: right))
    }

    private mutating func literal(_ kind: ExpressionKind, _ bits: Int64, scale: Int = 0) -> Int32 {
        append(Node(operation: .literal, kind: kind, right: Int32(scale), bits: bits))
    }

    private mutating func appendList(
        _ operation: ExpressionProgram.Operation,
        _ kind: ExpressionKind,
        _ items: [Int32]
    ) -> Int32 {
        let start = Int32(arguments.count)
        arguments += items
        return append(operation, kind, start, Int32(arguments.count))
    }

    private mutating func add(_ tree: ExpressionTree) throws(ExpressionError) -> Int32 {
        switch tree.form {
        case .null: return append(.null, .null, 0)
        case .boolean(let value): return literal(.boolean, value ? 1 : 0)
        case .integer(let value): return literal(.integer, value)
        case .decimal(let value, let scale): return literal(.decimal, value, scale: scale)
        case .float(let value): return literal(.float, Int64(bitPattern: value.bitPattern))
        case .date(let day): return literal(.date, day)
        case .timestamp(let moment): return literal(.timestamp, moment)
        case .text(let text):
            let start = Int32(literals.count)
            literals += Array(text.utf8)
            return append(.literal, .text, start, Int32(literals.count))
        case .column(let name):
            let column = try scope.column(name, at: tree.place)
            return append(.column, column.kind, Int32(column.output))
        case .not(let operand):
            let node = try add(operand)
            try requireTruth(node, operand, "`not`")
            return append(.not, .boolean, node)
        case .isNull(let operand): return append(.isNull, .boolean, try add(operand))
        case .negated(let operand): return try addNegation(operand)
        case .logic(let logic, let left, let right): return try addLogic(logic, left, right)
        case .comparison(let comparison, let left, let right):
            return try compare(comparison, try add(left), left, try add(right), right)
        case .arithmetic(let operation, let left, let right):
            return try addArithmetic(operation, left, right, at: tree.place)
        case .concatenation(let left, let right): return try addConcatenation(left, right)
        case .membership(let operand, let choices): return try addMembership(operand, choices)
        case .coalesce(let operands): return try addCoalesce(operands)
        }
    }

    // MARK: Logic

    private func requireTruth(
        _ node: Int32,
        _ tree: ExpressionTree,
        _ user: String
    ) throws(ExpressionError) {
        guard kind(node) != .boolean, kind(node) != .null else { return }
        throw ExpressionError(
            .type,
            at: tree.place,
            "\(user) needs a condition, and this is \(kind(node).name)",
            expected: "a comparison like `total > 0`, or a boolean"
        )
    }

    private mutating func addLogic(
        _ logic: ExpressionLogic,
        _ left: ExpressionTree,
        _ right: ExpressionTree
    ) throws(ExpressionError) -> Int32 {
        let (first, second) = (try add(left), try add(right))
        try requireTruth(first, left, "`\(logic.rawValue)`")
        try requireTruth(second, right, "`\(logic.rawValue)`")
        return append(logic == .and ? .and : .or, .boolean, first, second)
    }

    // MARK: Comparisons

    private mutating func compare(
        _ comparison: ExpressionComparison,
        _ left: Int32,
        _ leftTree: ExpressionTree,
        _ right: Int32,
        _ rightTree: ExpressionTree
    ) throws(ExpressionError) -> Int32 {
        let place = leftTree.place.lowerBound..<rightTree.place.upperBound
        for (node, tree) in [(left, leftTree), (right, rightTree)] where kind(node) == .null {
            throw ExpressionError(
                .type,
                at: tree.place,
                "a comparison with `null` is never true",
                expected: "`is null` or `is not null`"
            )
        }
        guard let common = Self.common(kind(left), kind(right)), common != .json else {
            throw ExpressionError(
                .type,
                at: place,
                "\(kind(left).name) cannot be compared with \(kind(right).name)",
                expected: "two numbers, or two values of one type"
            )
        }
        let isOrder = comparison != .equal && comparison != .unequal
        if common == .boolean && isOrder {
            throw ExpressionError(
                .type,
                at: place,
                "booleans have no order",
                expected: "`=` or `<>`"
            )
        }
        let operands = (convert(left, to: common), convert(right, to: common))
        return append(
            Node(
                operation: .compare,
                kind: .boolean,
                comparison: comparison,
                left: operands.0,
                right: operands.1
            )
        )
    }

    private mutating func addMembership(
        _ operand: ExpressionTree,
        _ choices: [ExpressionTree]
    ) throws(ExpressionError) -> Int32 {
        let node = try add(operand)
        var comparisons: [Int32] = []
        for choice in choices {
            comparisons.append(try compare(.equal, node, operand, try add(choice), choice))
        }
        return appendList(.any, .boolean, comparisons)
    }

    /// The type in which values of both types are compared, added or chosen from.
    private static func common(_ left: ExpressionKind, _ right: ExpressionKind) -> ExpressionKind? {
        if left == right || right == .null { return left }
        if left == .null { return right }
        guard left.isNumber && right.isNumber else { return nil }
        return left == .float || right == .float ? .float : .decimal
    }

    /// A number as one of a wider type; anything else as it is.
    private mutating func convert(_ node: Int32, to wanted: ExpressionKind) -> Int32 {
        guard kind(node) != wanted else { return node }
        switch (kind(node), wanted) {
        case (.integer, .decimal): return append(.toDecimal, .decimal, node)
        case (.integer, .float), (.decimal, .float): return append(.toFloat, .float, node)
        default: return node
        }
    }

    // MARK: Computations

    private mutating func addNegation(_ tree: ExpressionTree) throws(ExpressionError) -> Int32 {
        let node = try add(tree)
        guard kind(node).isNumber || kind(node) == .null else {
            throw ExpressionError(
                .type,
                at: tree.place,
                "`-` needs a number, and this is \(kind(node).name)"
            )
        }
        return append(.negate, kind(node), node)
    }

    private mutating func addArithmetic(
        _ operation: ExpressionArithmetic,
        _ left: ExpressionTree,
        _ right: ExpressionTree,
        at place: Range<Int>
    ) throws(ExpressionError) -> Int32 {
        let (first, second) = (try add(left), try add(right))
        let kinds = (kind(first), kind(second))
        if let common = Self.common(kinds.0, kinds.1), common.isNumber || common == .null {
            let operands = (convert(first, to: common), convert(second, to: common))
            return append(operation.operation, common, operands.0, operands.1)
        }
        switch (kinds.0, operation, kinds.1) {
        case (.date, .subtract, .date): return append(.subtract, .integer, first, second)
        case (.timestamp, .subtract, .timestamp): return append(.elapsed, .decimal, first, second)
        case (.date, .add, .integer), (.date, .subtract, .integer):
            return append(operation.operation, .date, first, second)
        case (.integer, .add, .date): return append(.add, .date, first, second)
        default:
            let isText = operation == .add && (kinds.0 == .text || kinds.1 == .text)
            throw ExpressionError(
                .type,
                at: place,
                "`\(operation.rawValue)` cannot take \(kinds.0.name) and \(kinds.1.name)",
                expected: "two numbers; `date ± days`; the difference of two dates (in days) or "
                    + "timestamps (in seconds)",
                suggestion: isText ? "||" : nil
            )
        }
    }

    private mutating func addConcatenation(
        _ left: ExpressionTree,
        _ right: ExpressionTree
    ) throws(ExpressionError) -> Int32 {
        let (first, second) = (try add(left), try add(right))
        for (node, tree) in [(first, left), (second, right)]
        where kind(node) != .text && kind(node) != .null {
            throw ExpressionError(
                .type,
                at: tree.place,
                "`||` joins texts, and this is \(kind(node).name)",
                expected: "a text",
                suggestion: kind(node) == .boolean ? "or" : nil
            )
        }
        return append(.concatenate, .text, first, second)
    }

    private mutating func addCoalesce(
        _ operands: [ExpressionTree]
    ) throws(ExpressionError) -> Int32 {
        var items: [Int32] = []
        var result = ExpressionKind.null
        for operand in operands {
            let item = try add(operand)
            guard let common = Self.common(result, kind(item)) else {
                throw ExpressionError(
                    .type,
                    at: operand.place,
                    "`coalesce` cannot choose between \(result.name) and \(kind(item).name)",
                    expected: "values of one type"
                )
            }
            result = common
            items.append(item)
        }
        let converted = items.map { convert($0, to: result) }
        return appendList(.coalesce, result, converted)
    }

    // MARK: Results

    /// The expression as a value of a column of type `wanted`.
    private mutating func fit(
        _ node: Int32,
        _ tree: ExpressionTree,
        into wanted: ExpressionKind
    ) throws(ExpressionError) -> Int32 {
        let own = kind(node)
        guard own == .null || Self.common(own, wanted) == wanted else {
            throw ExpressionError(
                .type,
                at: tree.place,
                "the expression gives \(own.name), and the column is \(wanted.name)",
                expected: "the `type` that the expression gives"
            )
        }
        return convert(node, to: wanted)
    }
}

extension ExpressionArithmetic {
    fileprivate var operation: ExpressionProgram.Operation {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        }
    }
}
