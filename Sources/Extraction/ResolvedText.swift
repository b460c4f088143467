import HTTP
import MariaDB
import MongoDB
import Postgres
import Words

/// A text of a source with the values of its variables, and what messages say in their place.
package struct ResolvedText: Sendable {
    /// The text with all values.
    package private(set) var value = ""
    /// The text as messages show it: with `${NAME}` in the place of each value.
    package private(set) var shown = ""
    /// What no message may hold, and the variable that it comes from.
    private var hidden: [Hidden] = []

    private struct Hidden {
        let text: [UInt8]
        /// Whether it is a part of a value, which may be a part of another word too.
        let isPart: Bool
        let name: String
    }

    /// Bytes of a value, or of a part of it, that are hidden at least.
    private static let fewestHidden = 4
    /// Bytes of a name that Postgres leaves at least where it cuts off a long one, at its 63rd or before.
    private static let fewestKept = 60
    /// Parts of URLs that tell nothing, and stand in messages by themselves.
    private static let plainParts = Set(
        Set([
            "postgres", "postgresql", "mysql", "mariadb", "mongodb", "sslmode", "disable",
            "require",
            "verify-ca", "verify-full",
            "localhost",
        ])
        .union(PostgresConfiguration.parameters)
        .union(MariaDBConfiguration.parameters)
        .union(MongoConfiguration.parameters)
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
        for form in [bytes, Self.asked(text)] {
            hide(form, isPart: false, name)
            for part in Self.parts(of: form) { hide(part, isPart: true, name) }
        }
        for host in Self.hosts(in: bytes) { hide(host, isPart: true, name) }
        hidden.sort { $0.text.count > $1.text.count }
    }

    /// What may be a host in a text, in lower case, as hosts are asked for: all of it, and parts with dots.
    private static func hosts(in text: [UInt8]) -> [[UInt8]] {
        let lowered = text.map {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0
        }
        return parts(of: lowered).filter { $0 == lowered || $0.contains(UInt8(ascii: ".")) }
    }

    /// The address that is asked for where a text is one of HTTP; empty for another text.
    private static func asked(_ text: String) -> [UInt8] {
        guard let url = try? HTTPURL(text) else { return [] }
        let shown = Array("\(url)".utf8)
        let slash = UInt8(ascii: "/")
        return shown.last == slash && text.utf8.last != slash ? shown.dropLast() : shown
    }

    /// Hides a text, also decoded, and also as far as a server shows it.
    private mutating func hide(_ text: [UInt8], isPart: Bool, _ name: String) {
        for text in [text, PercentEncoding.decoded(text).bytes]
        where text.count >= Self.fewestHidden {
            hidden.append(Hidden(text: text, isPart: isPart, name: name))
            guard text.count > Self.fewestKept else { continue }
            let start = Array(text.prefix(Self.fewestKept))
            hidden.append(Hidden(text: start, isPart: false, name: name))
        }
    }

    /// `message` with `${NAME}` in the place of each value, and of each part that a URL can be taken
    /// apart into: a server's errors name the user, the host and the database.
    package func masked(_ message: String) -> String {
        let message = Array(message.utf8)
        var result: [UInt8] = []
        var place = 0
        while place < message.count {
            if let secret = hidden.first(where: { Self.stands($0, at: place, in: message) }) {
                result += Array("${\(secret.name)}".utf8)
                place += secret.text.count
            } else {
                result.append(message[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether it stands there, and is no part of a longer word.
    private static func stands(_ hidden: Hidden, at place: Int, in message: [UInt8]) -> Bool {
        guard message[place...].starts(with: hidden.text) else { return false }
        return !hidden.isPart
            || isBorder(place, of: message) && isBorder(place + hidden.text.count, of: message)
    }

    /// Whether no word goes on there.
    private static func isBorder(_ place: Int, of message: [UInt8]) -> Bool {
        guard place > 0, place < message.count else { return true }
        return !isInWord(message[place - 1]) || !isInWord(message[place])
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return scalar == "_"
            || scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    }

    /// `error` with its message masked.
    func masked(_ error: ExtractionError) -> ExtractionError {
        var error = error
        error.message = masked(error.message)
        return error
    }

    /// What stands between the delimiters of a URL; no numbers, and no words of every URL.
    private static func parts(of text: [UInt8]) -> [[UInt8]] {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let delimiters = Set(":/@?&=#, ".utf8)
        return text.split(whereSeparator: delimiters.contains).map(Array.init)
            .filter { !plainParts.contains($0) && !$0.allSatisfy(digits.contains) }
    }
}
