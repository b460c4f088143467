import Values

/// An expression with its names resolved and its types known, as it is evaluated for each row.
///
/// The nodes lie in one array and refer to each other by their places, operands before what uses
/// them.
package final class ExpressionProgram: Sendable {
    let nodes: [Node]
    /// The operands of lists: places of nodes.
    let arguments: [Int32]
    /// The bytes of all texts.
    let literals: ByteSink
    /// The node that is the whole expression.
    let root: Int

    init(nodes: [Node], arguments: [Int32], literals: [UInt8], root: Int) {
        self.nodes = nodes
        self.arguments = arguments
        self.root = root
        var bytes = ByteSink(capacity: literals.count)
        bytes.append(literals)
        self.literals = bytes
    }

    /// One step.
    struct Node: BitwiseCopyable {
        var operation: Operation
        /// What it gives.
        var kind: ExpressionKind
        var comparison = ExpressionComparison.equal
        /// A node; or the first of the arguments, the first byte of a literal, an output.
        var left: Int32 = 0
        /// A node; or the end of the arguments or of a literal, a decimal's scale.
        var right: Int32 = 0
        /// A literal's value.
        var bits: Int64 = 0
    }

    enum Operation: UInt8, BitwiseCopyable {
        case null
        case literal
        case column
        case and
        case or
        case not
        case isNull
        case compare
        /// Whether any of the arguments, which are comparisons, holds.
        case any
        case negate
        case add
        case subtract
        case multiply
        case divide
        /// The difference of two timestamps in seconds.
        case elapsed
        /// An integer or decimal as a decimal.
        case toDecimal
        /// A number as a float.
        case toFloat
        case concatenate
        case coalesce
    }
}
