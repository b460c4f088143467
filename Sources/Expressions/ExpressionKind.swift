package import Values

/// The type of a value in an expression.
public enum ExpressionKind: UInt8, Sendable, BitwiseCopyable {
    /// The literal `null`, which goes with everything.
    case null
    /// True or false.
    case boolean
    /// A whole number of 64 bits.
    case integer
    /// An exact number.
    case decimal
    /// A double.
    case float
    /// A text.
    case text
    /// A day.
    case date
    /// An instant.
    case timestamp
    /// A UUID.
    case uuid
    /// JSON, which has no order.
    case json

    /// How a value is held while an expression is evaluated.
    enum Family {
        case null
        case truth
        /// A number of 64 bits: integers, days, microseconds.
        case whole
        case exact
        case float
        case bytes
    }

    var family: Family {
        switch self {
        case .null: .null
        case .boolean: .truth
        case .integer, .date, .timestamp: .whole
        case .decimal: .exact
        case .float: .float
        case .text, .uuid, .json: .bytes
        }
    }

    /// Whether its values are numbers.
    package var isNumber: Bool { self == .integer || self == .decimal || self == .float }

    /// In words, with the article.
    var name: String {
        switch self {
        case .null: "a null"
        case .boolean: "a boolean"
        case .integer: "an integer"
        case .decimal: "a decimal"
        case .float: "a float"
        case .text: "a text"
        case .date: "a date"
        case .timestamp: "a timestamp"
        case .uuid: "a uuid"
        case .json: "a json"
        }
    }
}

/// How the value of an expression is encoded.
package struct ExpressionResult: Sendable {
    let kind: ExpressionKind
    /// Of a decimal: how many digits it may have, how many of them stand behind the point, and what happens
    /// to more of those.
    let precision: Int
    let scale: Int
    let rounding: Rounding

    package init(
        _ kind: ExpressionKind,
        precision: Int = 0,
        scale: Int = 0,
        rounding: Rounding = .halfUp
    ) {
        self.kind = kind
        self.precision = precision
        self.scale = scale
        self.rounding = rounding
    }
}
