import Words

/// The columns that an expression may use.
public struct ExpressionScope: Sendable {
    private var columns: [String: Column] = [:]
    private var refusals: [String: String] = [:]

    struct Column: Sendable {
        var kind: ExpressionKind
        /// The column's place in the layout.
        var output: Int
    }

    /// A scope without columns.
    public init() {}

    /// Adds a column; its place in the row is the number of those before it.
    public mutating func add(_ name: String, _ kind: ExpressionKind) {
        add(name, kind, output: columns.count)
    }

    /// Adds a column; `output` is its place in the row.
    package mutating func add(_ name: String, _ kind: ExpressionKind, output: Int) {
        columns[name] = Column(kind: kind, output: output)
    }

    /// Notes that a column is there and cannot be used, and why.
    public mutating func refuse(_ name: String, because reason: String) {
        refusals[name] = reason
    }

    /// The column called `name`, which stands at `place` of the text.
    func column(_ name: String, at place: Range<Int>) throws(ExpressionError) -> Column {
        if let column = columns[name] { return column }
        if let reason = refusals[name] {
            throw ExpressionError(.name, at: place, "`\(name)` cannot be used here: \(reason)")
        }
        let names = columns.keys.sorted()
        throw ExpressionError(
            .name,
            at: place,
            "there is no column `\(name)`",
            expected: names.isEmpty ? nil : "one of \(names.inBackticks(atMost: 12))",
            suggestion: NearestNames(to: name, among: names, limit: 1).names.first
        )
    }
}
