import Postgres

/// A text of a source with the values of its variables, and what messages say in their place.
struct ResolvedText: Sendable {
    /// The text with all values.
    private(set) var value = ""
    /// The text as messages show it: with `${NAME}` in the place of each value.
    private(set) var shown = ""
    /// What no message may hold, and the variable that it comes from.
    private var hidden: [(text: [UInt8], name: String)] = []

    /// Bytes of a value, or of a part of it, that are hidden at least.
    private static let fewestHidden = 4
    /// Bytes of a name that Postgres leaves at least where it cuts off a long one, at its 63rd or before.
    private static let fewestKept = 60
    /// Parts of URLs that tell nothing, and stand in messages by themselves.
    private static let plainParts = Set(
        [
            "postgres", "postgresql", "sslmode", "disable", "require", "verify-ca", "verify-full",
            "options", "localhost",
        ]
        .map { Array($0.utf8) }
    )

    /// Adds what the definition says itself.
    mutating func add(_ text: String) {
        value += text
        shown += text
    }

    /// Adds the value of a variable.
    mutating func add(_ text: String, of name: String) {
        value += text
        shown += "${\(name)}"
        let bytes = Array(text.utf8)
        let readable = ([bytes] + Self.parts(of: bytes)).flatMap { [$0, Self.decoded($0)] }
        for part in readable + readable.map({ Array($0.prefix(Self.fewestKept)) })
        where part.count >= Self.fewestHidden { hidden.append((part, name)) }
        hidden.sort { $0.text.count > $1.text.count }
    }

    /// `message` with `${NAME}` in the place of each value, and of each part that a URL can be taken
    /// apart into: a server's errors name the user, the host and the database.
    func masked(_ message: String) -> String {
        var result: [UInt8] = []
        var rest = Array(message.utf8)[...]
        while let byte = rest.first {
            if let secret = hidden.first(where: { rest.starts(with: $0.text) }) {
                result += Array("${\(secret.name)}".utf8)
                rest = rest.dropFirst(secret.text.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// `error` with its message masked.
    func masked(_ error: any Error) -> any Error {
        switch error {
        case var error as PostgresError:
            error.message = masked(error.message)
            return error
        case let error as ExtractionError:
            return ExtractionError(
                error.code,
                masked(error.message),
                isRetryable: error.isRetryable
            )
        default: return error
        }
    }

    /// What stands between the delimiters of a URL; no numbers, and no words of every URL.
    private static func parts(of text: [UInt8]) -> [[UInt8]] {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let delimiters = Set(":/@?&=#, ".utf8)
        return text.split(whereSeparator: delimiters.contains).map(Array.init)
            .filter { !plainParts.contains($0) && !$0.allSatisfy(digits.contains) }
    }

    /// `%41` as `A`.
    private static func decoded(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), rest.count >= 2, let code = UInt8(digits, radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
