import Expressions
import Rows
import Words

/// A row of one column of each type, to evaluate expressions over.
///
/// The fields are `i`, `n` (integers), `d` (decimal(12,2)), `f` (float), `t`, `u` (texts), `b`
/// (boolean), `day` and `other` (dates), `at` (timestamp), `id` (uuid), `doc` (json).
enum Bench {
    static let columns: [(name: String, type: ColumnType)] = [
        ("i", .integer), ("n", .integer), ("d", .decimal(precision: 12, scale: 2)), ("f", .float),
        ("t", .text), ("u", .text), ("b", .boolean), ("day", .date(format: .isoDate)),
        ("other", .date(format: .isoDate)), ("at", .timestamp(format: .isoTimestamp, zone: "UTC")),
        ("id", .uuid), ("doc", .json),
    ]

    static let values = [
        "7", "", "-12.50", "0.5", "Ana", "", "true", "2024-02-29", "2024-03-02",
        "2024-02-29 12:00:00", "123e4567-e89b-12d3-a456-426614174000", "{}",
    ]

    static var scope: ExpressionScope {
        var scope = ExpressionScope()
        for column in columns { scope.add(column.name, column.type.expressionKind) }
        return scope
    }

    /// The row through an encoder that computes `expression` as `type`.
    static func compute(
        _ expression: String,
        as type: ColumnType,
        rules: [Rule] = [],
        values: [String] = values
    ) throws -> Encoded {
        let computed = ValuePlan(
            name: "computed",
            expression: try RowExpression(expression),
            type: type,
            rules: rules
        )
        let layout = RowLayout(columns.map { .value(plan($0.name, $0.type)) } + [.value(computed)])
        return try run(layout, values)
    }

    /// What a check says of the row: `true` for a row that passes.
    static func passes(_ expression: String, values: [String] = values) throws -> Bool {
        let check = RowCheck(name: "check", expression: try RowExpression(expression))
        let layout = RowLayout(columns.map { .value(plan($0.name, $0.type)) }, checks: [check])
        return try run(layout, values).rule == nil
    }

    /// The value of the last column.
    static func run(_ layout: RowLayout, _ values: [String]) throws -> Encoded {
        var harness = Harness(try RowEncoder(layout: layout, header: columns.map(\.name).exact))
        harness.encode(batch([values]))
        if let reject = harness.rejects.first {
            return .rejected(rule: reject.rule, reason: reject.reason)
        }
        guard let last = tuples(harness.copy).first?.last else { return .null }
        return last.map(Encoded.value) ?? .null
    }
}
