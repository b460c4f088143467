internal import Words

/// SQL with `${name}` in it: each becomes a value, whatever the text of the value is.
///
/// By itself it becomes a constant. Inside a string it becomes a part of that string, escaped as strings
/// of that kind are. Anywhere else no value can stand.
struct SQLTemplate {
    /// What the text has in the place of values, in its order.
    private(set) var expansions: [Expansion] = []

    /// A `${name}`.
    struct Expansion {
        var name: String
        var hasFallback: Bool
        /// Its Unicode scalars in the text.
        var scalars: Range<Int>
    }

    /// Why no value can stand somewhere.
    enum Problem: CaseIterable {
        case inDollars, inUnicodeString, inName, inComment
        case besideWord, besideString, behindBackslash
    }

    private let scalars: [Unicode.Scalar]
    /// Whether SQL itself can be read; what is wrong with it is told where it is checked.
    private let isReadable: Bool
    /// What each scalar is in: a string, a name in quotes, a comment.
    private var kinds: [SQLScan.Enclosure.Kind?]
    /// Whether a scalar belongs to a `${name}`.
    private var isExpansion: [Bool]

    /// - Parameter text: SQL in which every `${…}` is well formed.
    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        kinds = Array(repeating: nil, count: scalars.count)
        isExpansion = Array(repeating: false, count: scalars.count)
        let scan = SQLScan(text)
        isReadable = scan.problem == nil
        for enclosure in scan.enclosures {
            for index in enclosure.scalars { kinds[index] = enclosure.kind }
        }
        var offset = 0
        for part in Template(text).parts { offset = locate(part, at: offset) }
    }

    /// - Returns: where the next part begins.
    private mutating func locate(_ part: Template.Part, at offset: Int) -> Int {
        switch part {
        case .literal(let literal): return offset + literal.unicodeScalars.count
        case .expansion(let name, let fallback):
            let length = (fallback.map { ":-\($0)" } ?? "").unicodeScalars.count
            let end = offset + name.unicodeScalars.count + length + "${}".unicodeScalars.count
            for index in offset..<end { isExpansion[index] = true }
            expansions.append(
                Expansion(name: name, hasFallback: fallback != nil, scalars: offset..<end)
            )
            return end
        }
    }

    // MARK: Values

    /// The SQL with a value for each of ``expansions``, none of which has a problem.
    func filled(with values: [YAMLNode.Scalar]) -> String {
        var filled = String.UnicodeScalarView()
        var position = 0
        for (expansion, value) in zip(expansions, values) where isReadable {
            filled.append(contentsOf: scalars[position..<expansion.scalars.lowerBound])
            filled.append(contentsOf: written(value, at: expansion).unicodeScalars)
            position = expansion.scalars.upperBound
        }
        filled.append(contentsOf: scalars[position...])
        return String(filled)
    }

    /// Every session reads strings with `standard_conforming_strings` on: a backslash is one in `'…'`.
    private func written(_ value: YAMLNode.Scalar, at expansion: Expansion) -> String {
        let quote = UInt8(ascii: "'")
        switch kinds[expansion.scalars.lowerBound] {
        case .string: return value.text.doubling(quote)
        case .escapeString: return value.text.doubling(quote, UInt8(ascii: "\\"))
        default: break
        }
        guard value.isPlain else { return "'" + value.text.doubling(quote) + "'" }
        // `1 -${n}` with a negative number would be a comment.
        let hasSign = value.text.utf8.first.map {
            [UInt8(ascii: "-"), UInt8(ascii: "+")].contains($0)
        }
        return hasSign == true ? "(\(value.text))" : value.text
    }

    // MARK: Places

    /// Why no value can stand at `expansion`, or `nil` when one can.
    func problem(of expansion: Expansion) -> Problem? {
        guard isReadable else { return nil }
        switch kinds[expansion.scalars.lowerBound] {
        case .dollarString: return .inDollars
        case .unicodeString: return .inUnicodeString
        case .quotedName: return .inName
        case .comment: return .inComment
        case .string: return nil
        case .escapeString: return isEscaped(expansion) ? .behindBackslash : nil
        case nil: break
        }
        if isBesideWord(expansion) { return .besideWord }
        return isBesideString(expansion) ? .besideString : nil
    }

    /// Whether the `$` is what a backslash before it escapes.
    private func isEscaped(_ expansion: Expansion) -> Bool {
        let before = scalars[..<expansion.scalars.lowerBound]
        return before.reversed().prefix { $0 == "\\" }.count.isMultiple(of: 2) == false
    }

    private func isBesideWord(_ expansion: Expansion) -> Bool {
        let before = String(
            String.UnicodeScalarView(scalars[..<expansion.scalars.lowerBound].suffix(2))
        )
        let previous = before.unicodeScalars.last
        let next = scalars.dropFirst(expansion.scalars.upperBound).first
        return [previous, next].contains { SQLScan.isNamePart($0) || $0 == "." }
            || ["::", "u&", "U&"].contains(before)
    }

    /// Whether nothing but blanks and comments is between it and a string or another value: Postgres
    /// might take both for one string.
    private func isBesideString(_ expansion: Expansion) -> Bool {
        let before = scalars.indices[..<expansion.scalars.lowerBound].last { !isGap($0) }
        let after = scalars.indices[expansion.scalars.upperBound...].first { !isGap($0) }
        return [before, after].compactMap(\.self)
            .contains { isExpansion[$0] || kinds[$0]?.isString == true }
    }

    private func isGap(_ index: Int) -> Bool {
        kinds[index] == .comment || kinds[index] == nil && SQLScan.isBlank(scalars[index])
    }
}

extension SQLTemplate.Problem {
    /// What is wrong, as it follows the parameter.
    var message: String {
        switch self {
        case .inDollars: "stands in a string between dollars"
        case .inUnicodeString: "stands in a string `U&'…'`"
        case .inName: "stands in a name"
        case .inComment: "stands in a comment"
        case .besideWord: "stands against a word"
        case .besideString: "stands beside a string or another value"
        case .behindBackslash: "stands behind a backslash"
        }
    }

    /// What to write instead of the parameter `name`.
    func expectation(of name: String) -> String {
        switch self {
        case .inDollars, .inUnicodeString: "a string in quotes: `'…${\(name)}…'`"
        case .inName, .besideWord:
            "a value, as in `= ${\(name)}`; names of tables and columns cannot be parameters"
        case .inComment: "the comment without it"
        case .besideString: "`||` between them"
        case .behindBackslash: "two backslashes, or none"
        }
    }
}
