/// What the server says to one command (RESP 2).
public enum RedisReply: Sendable, Hashable {
    /// A short word of success: `OK`, `PONG`, `QUEUED`.
    case status(String)
    /// The command was refused.
    case error(RedisError)
    /// A number.
    case integer(Int)
    /// A value: any bytes.
    case bytes([UInt8])
    /// A list of replies, which may hold lists and errors.
    case array([RedisReply])
    /// Nothing: no such key, no such field.
    case null
}

extension RedisReply {
    /// The text of a status or a value; bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Throws: the error, when the reply is one; otherwise ``RedisError/Code/unexpectedReply``.
    public var stringValue: String {
        get throws(RedisError) {
            if case .status(let text) = self { return text }
            return String(decoding: try bytesValue, as: UTF8.self)
        }
    }

    /// The bytes of a value.
    ///
    /// - Throws: the error, when the reply is one; otherwise ``RedisError/Code/unexpectedReply``.
    public var bytesValue: [UInt8] {
        get throws(RedisError) {
            guard case .bytes(let bytes) = self else { throw mismatch(expected: "a value") }
            return bytes
        }
    }

    /// The number, also when it is sent as a value of decimal digits, as `GET` does.
    ///
    /// - Throws: the error, when the reply is one; otherwise ``RedisError/Code/unexpectedReply``.
    public var integerValue: Int {
        get throws(RedisError) {
            switch self {
            case .integer(let number): return number
            case .bytes(let bytes):
                guard let number = Int(String(decoding: bytes, as: UTF8.self)) else { fallthrough }
                return number
            default: throw mismatch(expected: "a number")
            }
        }
    }

    /// The replies of a list.
    ///
    /// - Throws: the error, when the reply is one; otherwise ``RedisError/Code/unexpectedReply``.
    public var arrayValue: [RedisReply] {
        get throws(RedisError) {
            guard case .array(let replies) = self else { throw mismatch(expected: "a list") }
            return replies
        }
    }

    /// What to throw when the reply is not what was expected.
    private func mismatch(expected: String) -> RedisError {
        if case .error(let error) = self { return error }
        return .unexpectedReply(kind, expected: expected)
    }

    /// The kind of reply, without its content: safe to show.
    private var kind: String {
        switch self {
        case .status: "a status"
        case .error: "an error"
        case .integer: "a number"
        case .bytes: "a value"
        case .array: "a list"
        case .null: "nothing"
        }
    }
}
