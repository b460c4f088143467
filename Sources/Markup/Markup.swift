/// Markup of HTML or SVG, in UTF-8.
///
/// Text becomes markup only by being escaped, and names are written in the program (`StaticString`): whatever a table, a
/// file or a person says, it is shown as it is, and is never an element, an attribute or a script.
public struct Markup: Sendable {
    private(set) var bytes: [UInt8]

    /// No markup.
    public init() { bytes = [] }

    /// What is shown as the text it is.
    public init(text: String) {
        self.init()
        Escaping.append(text, to: &bytes)
    }

    /// Markup as it stands in the program.
    public init(written markup: StaticString) {
        bytes = markup.withUTF8Buffer { unsafe Array($0) }
    }

    /// The parts, one behind the other.
    public init(_ parts: some Sequence<Markup>) {
        self.init()
        for part in parts { append(part) }
    }

    /// The parts as they stand below each other.
    public init(@MarkupBuilder build content: () throws -> Markup) rethrows {
        self = try content()
    }

    /// Adds markup at the end.
    public mutating func append(_ markup: Markup) {
        bytes += markup.bytes
    }

    /// The bytes of a document of HTML: this, behind its declaration.
    public var document: [UInt8] { Array("<!doctype html>\n".utf8) + bytes }

    /// The markup as text, for a part of a page.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(written text: StaticString) {
        text.withUTF8Buffer { unsafe bytes += $0 }
    }

    mutating func append(_ byte: Unicode.Scalar) {
        bytes.append(UInt8(ascii: byte))
    }

    mutating func append(escaped text: String) {
        Escaping.append(text, to: &bytes)
    }
}

/// Writes markup as the parts stand below each other.
@resultBuilder
public enum MarkupBuilder {
    /// Text is escaped.
    public static func buildExpression(_ text: String) -> Markup { Markup(text: text) }
    /// A number is its digits.
    public static func buildExpression(_ number: Int) -> Markup { Markup(text: String(number)) }
    /// Markup stays what it is.
    public static func buildExpression(_ markup: Markup) -> Markup { markup }
    /// What there may be.
    public static func buildExpression(_ markup: Markup?) -> Markup { markup ?? Markup() }
    /// The parts of a block.
    public static func buildBlock(_ parts: Markup...) -> Markup { Markup(parts) }
    /// The part of an `if`.
    public static func buildOptional(_ part: Markup?) -> Markup { part ?? Markup() }
    /// One branch.
    public static func buildEither(first part: Markup) -> Markup { part }
    /// The other branch.
    public static func buildEither(second part: Markup) -> Markup { part }
    /// The parts of a loop.
    public static func buildArray(_ parts: [Markup]) -> Markup { Markup(parts) }
}
