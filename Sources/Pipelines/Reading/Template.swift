/// A text with `${…}` in it.
struct Template {
    /// The parts in order.
    private(set) var parts: [Part] = []
    /// The first `${` that does not follow the grammar, to its end or the text's.
    private(set) var malformed: String?

    enum Part: Hashable {
        case literal(String)
        /// `${name}` or `${name:-fallback}`.
        case expansion(name: String, fallback: String?)
    }

    init(_ text: String) {
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            append(rest[..<start.lowerBound])
            let body = rest[start.upperBound...]
            guard let end = body.firstIndex(of: "}"), let part = Self.expansion(body[..<end]) else {
                let end = body.firstIndex(of: "}").map(body.index(after:)) ?? body.endIndex
                malformed = malformed ?? String(rest[start.lowerBound..<end])
                rest = rest[end...]
                continue
            }
            parts.append(part)
            rest = body[body.index(after: end)...]
        }
        append(rest)
    }

    private mutating func append(_ literal: Substring) {
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
    }

    private static func expansion(_ body: Substring) -> Part? {
        let mark = body.firstRange(of: ":-")
        let name = mark.map { body[..<$0.lowerBound] } ?? body
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else {
            return nil
        }
        let isName = name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": true
            default: false
            }
        }
        guard isName else { return nil }
        return .expansion(name: String(name), fallback: mark.map { String(body[$0.upperBound...]) })
    }
}
