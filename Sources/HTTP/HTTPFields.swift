/// The fields of a request or a response, in their order; names are compared without regard to case.
///
/// Their values may be secret: printed, they show only their names.
public struct HTTPFields: Sendable, Hashable {
    private var pairs: [Field] = []

    private struct Field: Hashable {
        let name: String
        let value: String
    }

    /// No fields.
    public init() {}

    /// Fields in order.
    public init(_ fields: [(name: String, value: String)]) {
        pairs = fields.map { Field(name: $0.name, value: $0.value) }
    }

    /// The first value of a field; to set it takes all values of that name away before.
    public subscript(name: String) -> String? {
        get { pairs.first { $0.name.lowercased() == name.lowercased() }?.value }
        set {
            pairs.removeAll { $0.name.lowercased() == name.lowercased() }
            if let newValue { append(name, newValue) }
        }
    }

    /// Appends a field, whether there is one of that name or not.
    public mutating func append(_ name: String, _ value: String) {
        pairs.append(Field(name: name, value: value))
    }

    /// All names and values in their order.
    public var all: [(name: String, value: String)] { pairs.map { ($0.name, $0.value) } }

    /// Lines as libcurl wants them; a field without a value ends with `;`.
    ///
    /// - Throws: ``HTTPError/Code/invalidInput`` for a name or a value that would end its line.
    func lines() throws(HTTPError) -> [String] {
        var lines: [String] = []
        for field in pairs {
            guard
                field.name.wholeMatch(
                    of: /[0-9A-Za-z!#$%&'*+.^_`|~\-]+/.matchingSemantics(.unicodeScalar)
                ) != nil
            else {
                throw .invalidInput("a field's name has characters that names do not have")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
                throw .invalidInput(
                    "the value of the field `\(field.name)` has a line end or another control"
                )
            }
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        return lines
    }
}

extension HTTPFields: CustomStringConvertible, CustomReflectable {
    /// The names only.
    public var description: String { pairs.map(\.name).joined(separator: ", ") }
    /// A mirror without values, so that `dump` shows none.
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: pairs.map(\.name)) }
}
