/// A text with `${…}` in it.
public struct Template: Sendable {
    /// The parts in order.
    public private(set) var parts: [Part] = []
    /// The first `${` that does not follow the grammar, to its end or the text's.
    public private(set) var malformed: String?

    /// A part of the text.
    public enum Part: Hashable, Sendable {
        /// What stands there as it is.
        case literal(String)
        /// `${name}` or `${name:-fallback}`; also `${credential:name}`, whose name has the mark in it.
        case expansion(name: String, fallback: String?)
    }

    /// Whether `text` has a `${`.
    ///
    /// Signs are looked for as scalars here: as Characters they are others where a mark follows them.
    static func isPresent(in text: String) -> Bool {
        start(in: text.unicodeScalars[...]) != nil
    }

    /// Takes `text` apart.
    public init(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let start = Self.start(in: rest) {
            append(rest[..<start])
            let body = rest[start...].dropFirst(2)
            guard let end = body.firstIndex(of: "}"), let part = Self.expansion(body[..<end]) else {
                let end = body.firstIndex(of: "}").map(body.index(after:)) ?? body.endIndex
                malformed = malformed ?? String(rest[start..<end])
                rest = rest[end...]
                continue
            }
            parts.append(part)
            rest = body[body.index(after: end)...]
        }
        append(rest)
    }

    private typealias Scalars = Substring.UnicodeScalarView

    private static func start(in text: Scalars) -> Scalars.Index? {
        text.firstRange(of: "${".unicodeScalars)?.lowerBound
    }

    private mutating func append(_ literal: Scalars) {
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
    }

    private static func expansion(_ body: Scalars) -> Part? {
        if let name = credential(in: String(body)) {
            return Identifier.isValid(name) ? .expansion(name: String(body), fallback: nil) : nil
        }
        let mark = body.firstRange(of: ":-".unicodeScalars)
        let name = mark.map { body[..<$0.lowerBound] } ?? body
        guard let first = name.first, !("0"..."9").contains(first) else { return nil }
        let isName = name.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
        guard isName else { return nil }
        return .expansion(
            name: String(name),
            fallback: mark.map { String(body[$0.upperBound...]) }
        )
    }
}

extension Template {
    /// Whether its expansions are those of another text, but for parameters, in their order.
    func hasOnly(
        variablesOf other: Template,
        besides parameters: some Collection<String>
    ) -> Bool {
        malformed == nil
            && expansions
                == other.expansions.filter { part in
                    guard case .expansion(let name, nil) = part else { return true }
                    return !parameters.contains(name)
                }
    }

    private var expansions: [Part] {
        parts.filter { if case .expansion = $0 { true } else { false } }
    }
}

extension Template {
    private static let credentialMark = "credential:"

    /// The credential that an expansion's name means; `nil` for a parameter or a variable.
    public static func credential(in name: String) -> String? {
        guard name.utf8.starts(with: credentialMark.utf8) else { return nil }
        return String(Substring(name.utf8.dropFirst(credentialMark.utf8.count)))
    }

    /// The credentials that the text names, as often as it does.
    public var credentials: [String] {
        parts.compactMap { part in
            guard case .expansion(let name, _) = part else { return nil }
            return Self.credential(in: name)
        }
    }
}
