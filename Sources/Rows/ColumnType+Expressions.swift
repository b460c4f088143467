public import Expressions
import Values

extension ColumnType {
    /// What values of the type are in expressions.
    public var expressionKind: ExpressionKind {
        switch self {
        case .text: .text
        case .integer: .integer
        case .decimal: .decimal
        case .float: .float
        case .boolean: .boolean
        case .date: .date
        case .timestamp: .timestamp
        case .uuid: .uuid
        case .json: .json
        }
    }

    /// How a value that is computed for a column of the type is encoded.
    func expressionResult(_ rounding: Rounding) -> ExpressionResult {
        guard case .decimal(let precision, let scale) = self else {
            return ExpressionResult(expressionKind)
        }
        return ExpressionResult(
            expressionKind,
            precision: precision,
            scale: scale,
            rounding: rounding
        )
    }
}
