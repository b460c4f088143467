extension TableDefinition {
    /// How a column gets its values, or a reference its keys.
    ///
    /// What else is said of them is left out: what a changed value does, what becomes of a row without a member.
    ///
    /// - Parameter name: The column's name, or the reference's.
    /// - Returns: Its words, and those of the columns that its expression reads; empty when there is none of that name.
    public func making(of name: String) -> Set<String> {
        var found: Set<String> = []
        var names = [name]
        while let name = names.popLast() {
            guard let part = part(of: name), found.insert("\(name) \(part.making)").inserted else {
                continue
            }
            names += part.namesInExpression
        }
        return found
    }

    /// The table of the dimension that a reference points to.
    ///
    /// - Parameter name: The reference's name.
    /// - Returns: The table's name; `nil` when there is no such reference.
    public func dimensionTable(of name: String) -> String? {
        part(of: name).flatMap { $0.kind == .reference ? $0.dimensionTable : nil }
    }

    /// Whether a reference is the unknown member where its dimension has none.
    ///
    /// - Parameter name: The reference's name.
    /// - Returns: `false` also when there is no such reference.
    public func knowsUnknown(_ name: String) -> Bool {
        part(of: name)
            .map { part in
                part.kind == .reference
                    && part.words.utf8.starts(with: "\(part.dimensionTable) missing unknown".utf8)
            } ?? false
    }

    private func part(of name: String) -> Part? {
        parts.first { ($0.kind == .column || $0.kind == .reference) && $0.name == name }
    }
}

extension TableDefinition.Part {
    /// `dim_agent missing reject as of, text from "agent"`: the dimension, how it is searched, and how its key is read.
    fileprivate var dimensionTable: String {
        String(decoding: words.utf8.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }

    fileprivate var making: String {
        guard kind == .reference else { return withoutHistory }
        let key = withoutHistory.utf8.drop { $0 != UInt8(ascii: ",") }
        return dimensionTable + String(decoding: key, as: UTF8.self)
    }

    /// The words without what a changed value does.
    private var withoutHistory: String {
        let bytes = Array(words.utf8)
        guard bytes.dropLast().suffix(5).elementsEqual(" scd ".utf8) else { return words }
        return String(decoding: bytes.dropLast(6), as: UTF8.self)
    }

    /// The words of an expression that may be names of columns.
    fileprivate var namesInExpression: [String] {
        guard kind == .column, words.contains(" = ") else { return [] }
        return words.utf8
            .split { !Self.isOfName($0) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
