/// One word of a command: any bytes.
public struct RedisArgument: Sendable, Hashable {
    /// The bytes as they are sent.
    public let bytes: [UInt8]

    /// An argument of any bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// An argument of UTF-8 text.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// An argument of decimal digits.
    public init(_ number: some BinaryInteger) {
        self.init(String(number))
    }
}

extension RedisArgument: ExpressibleByStringInterpolation {
    /// An argument written as text.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension RedisArgument: ExpressibleByIntegerLiteral {
    /// An argument written as a number.
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}
