internal import Words

/// A name or an address with `{column}` in the place of a key's values.
public struct KeyedName: Sendable, Hashable {
    private var parts: [Part]

    private enum Part: Hashable {
        case literal(String)
        case column(String)
    }

    /// Reads a text; a variable, `${NAME}`, and a `{` that is not closed stand for themselves.
    public init(_ text: String) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let match = rest.firstMatch(
            of: #/\$\{[^}]*\}|\{([^{}]*)\}/#.matchingSemantics(.unicodeScalar)
        ) {
            parts.append(.literal(String(rest[..<match.range.lowerBound])))
            parts.append(match.1.map { .column(String($0)) } ?? .literal(String(match.0)))
            rest = rest[match.range.upperBound...]
        }
        self.parts = parts + [.literal(String(rest))]
    }

    /// The columns whose values it has.
    public var columns: [String] {
        parts.compactMap { part in
            guard case .column(let name) = part else { return nil }
            return name
        }
    }

    /// The name in which a text stands in the place of one column.
    func replacing(_ column: String, with text: String) -> KeyedName {
        var name = self
        name.parts = parts.map { $0 == .column(column) ? .literal(text) : $0 }
        return name
    }

    /// Two different columns that nothing parts which their values could not hold: `{a}-{b}` is the same for `x-y` and `z` as
    /// for `x` and `y-z`.
    ///
    /// What parts them is a byte that is always encoded in a value; `%` is none, since encoded values have it.
    public var unparted: (first: String, second: String)? {
        var last: String?
        for part in parts {
            switch part {
            case .literal(let text):
                if Self.parts(text) { last = nil }
            case .column(let name):
                if let last, last != name { return (last, name) }
                last = name
            }
        }
        return nil
    }

    /// What a variable stands for is not known.
    private static func parts(_ text: String) -> Bool {
        !text.utf8.starts(with: "${".utf8)
            && text.utf8.contains { "!$&'()*+,/:;=?@".utf8.contains($0) }
    }

    /// The text with values in their places, percent-encoded: none leads out of its part of a path, and other values make
    /// another text, unless columns are ``unparted``.
    ///
    /// `.` and `..`, which are steps in a path, are encoded whole.
    public func filled(with values: [String: String]) -> String {
        replaced { Self.encoded(values[$0] ?? "") }
    }

    /// The text with values in their places as they are, for people to read.
    public func written(with values: [String: String]) -> String {
        replaced { values[$0] ?? "" }
    }

    private func replaced(_ value: (String) -> String) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .column(let name): value(name)
            }
        }
        .joined()
    }

    private static func encoded(_ value: String) -> String {
        switch value {
        case ".": "%2E"
        case "..": "%2E%2E"
        default: PercentEncoding.encoded(value.utf8)
        }
    }
}
