/// A text that equals only those with the same bytes of UTF-8, and is ordered by them.
///
/// To a `String`, texts are equal that are canonically equivalent: `é` as one scalar, and as `e` with U+0301.
/// To Postgres, files, JSON and object stores they are two. So names and values that come from there are
/// compared, and are keys of sets and dictionaries, as this.
public struct ExactText: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text itself.
    public let text: String

    /// A text of others.
    public init(_ text: some StringProtocol) { self.text = String(text) }

    /// Its bytes.
    public var utf8: String.UTF8View { text.utf8 }

    /// Whether it has no bytes.
    public var isEmpty: Bool { text.isEmpty }

    /// The text itself.
    public var description: String { text }

    /// Whether both have the same bytes.
    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    /// Whether the bytes of one come before those of the other.
    public static func < (left: ExactText, right: ExactText) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in utf8 { hasher.combine(byte) }
        // Where texts follow each other, it tells where one ends: no text has this byte.
        hasher.combine(0xff as UInt8)
    }
}

extension ExactText: CustomDebugStringConvertible {
    /// The text in quotes, as that of a String.
    public var debugDescription: String { text.debugDescription }
}

extension ExactText: ExpressibleByStringLiteral {
    /// A text as it is written.
    public init(stringLiteral text: String) { self.init(text) }
}

extension ExactText: Codable {
    /// Reads a text.
    ///
    /// - Throws: `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the text.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension Sequence<ExactText> {
    /// The texts themselves.
    public var texts: [String] { map(\.text) }
}

extension Sequence<String> {
    /// The texts, to be compared by their bytes.
    public var exact: [ExactText] { map { ExactText($0) } }
}
