/// The type of a value in an expression.
enum ExpressionKind: UInt8, BitwiseCopyable {
    /// The literal `null`, which goes with everything.
    case null
    case boolean
    case integer
    case decimal
    case float
    case text
    case date
    case timestamp
    case uuid
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

    init(_ type: ColumnType) {
        switch type {
        case .text: self = .text
        case .integer: self = .integer
        case .decimal: self = .decimal
        case .float: self = .float
        case .boolean: self = .boolean
        case .date: self = .date
        case .timestamp: self = .timestamp
        case .uuid: self = .uuid
        case .json: self = .json
        }
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

    var isNumber: Bool { self == .integer || self == .decimal || self == .float }

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
