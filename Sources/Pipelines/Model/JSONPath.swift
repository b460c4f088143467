public import Words

/// Where a value lies in an object of JSON: the names of the members that lead to it, `customer.id`.
///
/// Every text is a path. A `.` or `\` that belongs to a name has a `\` before it: `a\.b`.
public struct JSONPath: Sendable, Hashable {
    /// The names, from the outermost.
    public var names: [ExactText]

    /// Creates a path of names.
    public init(names: [ExactText]) {
        self.names = names
    }

    /// Reads a path as it is written.
    public init(_ text: ExactText) { self.init(text.text) }

    /// Reads a path as it is written.
    public init(_ text: String) {
        var names: [String.UnicodeScalarView] = [.init()]
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if !isEscaped, scalar == "." {
                names.append(.init())
            } else if !isEscaped, scalar == "\\" {
                isEscaped = true
                continue
            } else {
                if isEscaped, scalar != ".", scalar != "\\" { names[names.count - 1].append("\\") }
                names[names.count - 1].append(scalar)
            }
            isEscaped = false
        }
        if isEscaped { names[names.count - 1].append("\\") }
        self.names = names.map { ExactText(String($0)) }
    }

    /// The path as it is written.
    public var text: String {
        names.map(Self.escaped).joined(separator: ".")
    }

    private static func escaped(_ name: ExactText) -> String {
        var text = ""
        for scalar in name.text.unicodeScalars {
            if scalar == "." || scalar == "\\" { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
