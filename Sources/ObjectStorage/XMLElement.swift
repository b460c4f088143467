/// An element of an XML document: its name, the text right within it, and the elements within it.
///
/// Attributes are read over: nothing that stores of objects and their like answer has any of meaning.
public struct XMLElement: Sendable, Hashable {
    /// The name, with its prefix when it has one.
    public let name: String
    /// The text between its tags and those of its children.
    public internal(set) var text = ""
    /// The elements within it, in order.
    public internal(set) var children: [XMLElement] = []

    /// The text of the first child of a name.
    public subscript(name: String) -> String? {
        children.first { $0.name == name }?.text
    }

    /// Whether a child of a name says `true`, as XML Schema and stores write it; `false` where there is none, and `nil` for
    /// another word.
    func says(_ name: String) -> Bool? {
        switch self[name]?.lowercased() {
        case "true", "1": true
        case "false", "0", "", nil: false
        default: nil
        }
    }
}

/// What is no XML, or XML of a kind that no store answers with.
public struct XMLFault: Error, Hashable {
    /// What is wrong with it.
    public let reason: String
    /// Where, in bytes from the beginning.
    public let offset: Int
}
