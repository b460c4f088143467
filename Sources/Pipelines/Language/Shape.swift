import Words

/// What may stand at a place of a definition.
///
/// One table of shapes (``Grammar``) drives the check of keys and kinds, the JSON Schema for editors,
/// and the test that every key is documented.
indirect enum Shape: Sendable {
    /// Any text or number.
    case text
    /// A name by the grammar of names.
    case name
    /// The type of a column: `integer`, `decimal(12,2)`.
    case type
    /// `true` or `false`.
    case boolean
    /// A whole number.
    case integer
    /// A share: `1%` or `0.01`.
    case share
    /// A length of time: `30 s`, `5 min`, `6 h`.
    case duration
    /// How long something is awaited: a length of time, or `0 s`.
    case patience
    /// One of these words.
    case choice([String])
    /// The name of a text encoding.
    case encoding
    /// A list of one kind of things, with at least one in it.
    case list(Shape)
    /// One thing, or a list of them.
    case oneOrMore(Shape)
    /// A mapping whose keys are names given by the author; `of` says what they name.
    case named(of: String, Shape)
    /// A mapping whose keys are any text; `of` says what they name.
    case titled(of: String, Shape)
    /// A mapping from any text to any text.
    case texts
    /// A mapping with known keys.
    case record(Record)
    /// A mapping with the keys of the first record whose marker stands in it.
    case variants([Record])
    /// Either a text of one shape or a mapping of another.
    case either(text: Shape, mapping: Shape)

    /// In words, after "expected".
    var expectation: String {
        switch self {
        case .text, .type: "a text"
        case .name: "a name: a small letter, then small letters, digits and `_`"
        case .boolean: "`true` or `false`"
        case .integer: "a whole number"
        case .share: "a share: `1%` or `0.01`"
        case .duration: "a length of time: `30 s`, `5 min`, `6 h`"
        case .patience: "a length of time: `0 s`, `5 min`, `6 h`"
        case .choice(let words): words.inBackticks()
        case .encoding:
            "the name of an encoding: `utf-8`, `windows-1252`, `iso-8859-15`, `utf-16`, `cp850` or "
                + "another one of docs/sources.md"
        case .list(let item): "a list: each item \(item.expectation)"
        case .oneOrMore(let item): "\(item.expectation); or a list of such"
        case .named(let what, _): "a mapping: the name of each \(what), and what it is"
        case .titled(let what, _): "a mapping: the title of each \(what), and what it is"
        case .texts: "a mapping from texts to texts"
        case .record(let record): "a mapping with \(record.keyList)"
        case .variants(let records):
            "a mapping that describes " + records.map(\.title).joined(separator: " or ")
        case .either(let text, let mapping): "\(text.expectation); or \(mapping.expectation)"
        }
    }

    /// In a word or two, for the tables of the reference.
    var word: String {
        switch self {
        case .text: "text"
        case .name: "name"
        case .type: "type"
        case .boolean: "boolean"
        case .integer: "whole number"
        case .share: "share"
        case .duration, .patience: "duration"
        case .choice(let words): words.inBackticks()
        case .encoding: "encoding"
        case .list: "list"
        case .oneOrMore(let item): "\(item.word), or list"
        case .named: "mapping by name"
        case .titled: "mapping by title"
        case .texts, .record, .variants: "mapping"
        case .either(let text, _): "\(text.word), or mapping"
        }
    }
}

/// A mapping with known keys.
struct Record: Sendable {
    /// What it describes, with its article: `a dimension`.
    var title: String
    /// The key that tells this record from its variants; `nil` for the one that is left.
    var marker: String?
    /// The keys, in the order in which they are best written.
    var keys: [Key]
    /// Of each of these groups exactly one key must stand.
    var alternatives: [[String]] = []
    /// Why a key that exists elsewhere has no place here.
    var misplaced: [String: String] = [:]

    /// A key of a record.
    struct Key: Sendable {
        var name: String
        var shape: Shape
        var isRequired = false
        /// The value that holds where the key is left out, as it would be written.
        var standard: String?
        /// A sentence for editors.
        var summary: String
    }

    func key(_ name: String) -> Key? {
        keys.first { $0.name == name }
    }

    /// Its keys in words.
    var keyList: String {
        keys.map(\.name).inBackticks()
    }
}

extension Shape {
    /// The record of `variants` that is meant by the keys of `node`.
    static func variant(of node: YAMLNode, among records: [Record]) -> Record? {
        records.first { record in record.marker.map { node.entry($0) != nil } ?? true }
    }
}
