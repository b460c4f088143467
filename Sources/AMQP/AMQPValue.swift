/// Arguments of a queue, headers of a message: names with typed values.
public typealias AMQPTable = [String: AMQPValue]

/// A value in an ``AMQPTable``.
public enum AMQPValue: Sendable, Hashable {
    /// Text.
    case string(String)
    /// A whole number; all widths of the protocol, and its timestamps, arrive as this.
    case integer(Int64)
    /// A floating point number.
    case real(Double)
    /// True or false.
    case boolean(Bool)
    /// A table within.
    case table(AMQPTable)
    /// Values in order.
    case list([AMQPValue])

    /// The text, when it is one.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, when it is a whole one.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    /// Creates text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates a whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates true or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
