/// Reads a regular expression by descent: alternatives, sequences, repetitions, atoms.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var nesting = 0
    private var flags = Flags()

    /// What `(?i)` and its like switch on.
    private struct Flags {
        var ignoresCase = false
        var dotTakesAll = false
        var hasLines = false
    }

    /// How deep groups may be nested.
    private static let maximumNesting = 50

    static func parse(_ source: String) throws(PatternError) -> PatternTree {
        var parser = PatternParser(scalars: Array(source.unicodeScalars))
        let tree = try parser.choice()
        guard parser.next == nil else {
            throw parser.problem("the `)` has no `(` before it")
        }
        guard tree.size <= PatternTree.largest else {
            throw PatternError(
                description: "it takes more than \(PatternTree.largest) steps for each character: "
                    + "counted repetitions within each other multiply"
            )
        }
        return tree
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    // MARK: Scalars

    private var next: Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func expect(_ text: String) throws(PatternError) {
        guard take(text) else { throw problem("expected '\(text)'") }
    }

    /// Everything up to `end`, which is taken too.
    private mutating func text(upTo end: Unicode.Scalar) throws(PatternError) -> String {
        guard let place = scalars[position...].firstIndex(of: end) else {
            throw problem("expected '\(end)'")
        }
        defer { position = place + 1 }
        return String(String.UnicodeScalarView(scalars[position..<place]))
    }

    private func problem(_ text: String) -> PatternError {
        PatternError(description: text)
    }

    // MARK: Structure

    private mutating func choice() throws(PatternError) -> PatternTree {
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(PatternError) -> PatternTree {
        var parts: [PatternTree] = []
        while let next, next != "|", next != ")" {
            guard let atom = try atom() else { continue }
            parts.append(try repeated(atom))
        }
        return .sequence(parts)
    }

    private mutating func repeated(_ atom: PatternTree) throws(PatternError) -> PatternTree {
        guard let (least, most) = try repetition() else { return atom }
        // How little is taken at first makes no difference: the whole text must match.
        _ = take("?")
        if next == "+" { throw problem("`+` behind a repetition (possessive) cannot be used") }
        if let next, "*?".unicodeScalars.contains(next) {
            throw problem("`\(next)` has nothing to repeat")
        }
        return .repeated(atom, least: least, most: most)
    }

    private mutating func repetition() throws(PatternError) -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = position
        guard take("{"), let counts = counts() else {
            position = start
            return nil
        }
        guard counts.least <= counts.most ?? .max else {
            throw problem("`{\(counts.least),\(counts.most ?? 0)}` runs backwards")
        }
        return counts
    }

    /// `3}`, `3,}`, `3,5}` or `,5}`; `nil` when it is something else: then the brace is a character.
    private mutating func counts() -> (least: Int, most: Int?)? {
        let least = number()
        if take("}") { return least.map { ($0, $0) } }
        guard take(",") else { return nil }
        let most = number()
        guard least != nil || most != nil, take("}") else { return nil }
        return (least ?? 0, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), 1_000_000)
            position += 1
        }
        return value
    }

    // MARK: Atoms

    /// The next atom; `nil` when it only switches flags.
    private mutating func atom() throws(PatternError) -> PatternTree? {
        guard let scalar = next else { throw problem("it ends too early") }
        position += 1
        switch scalar {
        case "(": return try group()
        case "[": return .one(try set())
        case ".":
            return .one(ScalarSet(flags.dotTakesAll ? [.kind(.any)] : [.notKind(.newline)]))
        case "^": return .place(flags.hasLines ? .lineStart : .start)
        case "$": return .place(flags.hasLines ? .lineEnd : .lastLineEnd)
        case "\\": return try escape()
        case "*", "+", "?": throw problem("`\(scalar)` has nothing to repeat")
        default: return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternTree {
        one(.range(scalar.value...scalar.value))
    }

    private func one(_ member: ScalarSet.Member) -> PatternTree {
        .one(ScalarSet([member], ignoresCase: flags.ignoresCase))
    }

    /// What follows `(`; flags end with the group that they stand in.
    private mutating func group() throws(PatternError) -> PatternTree? {
        guard nesting < Self.maximumNesting else {
            throw problem("it is nested more than \(Self.maximumNesting) levels deep")
        }
        let outer = flags
        if take("?") {
            if take("#") {
                _ = try text(upTo: ")")
                return nil
            }
            if try groupKind() { return nil }
        }
        nesting += 1
        let inner = try choice()
        nesting -= 1
        try expect(")")
        flags = outer
        return inner
    }

    /// Reads what follows `(?`; `true` when it was flags for the rest of the group around it.
    private mutating func groupKind() throws(PatternError) -> Bool {
        if take(":") { return false }
        for refused in ["=", "!", "<=", "<!", ">", "|"] where take(refused) {
            throw problem("`(?\(refused)` cannot be used: patterns do not look ahead or behind")
        }
        if take("P<") || take("<") {
            _ = try text(upTo: ">")
            return false
        }
        return try readFlags()
    }

    private mutating func readFlags() throws(PatternError) -> Bool {
        var isOn = true
        while let flag = next {
            position += 1
            switch flag {
            case "-": isOn = false
            case "i": flags.ignoresCase = isOn
            case "s": flags.dotTakesAll = isOn
            case "m": flags.hasLines = isOn
            case ")": return true
            case ":": return false
            default: throw problem("`(?\(flag)` cannot be used: `i`, `m` and `s` are flags")
            }
        }
        throw problem("expected ')'")
    }

    // MARK: Escapes

    private mutating func escape() throws(PatternError) -> PatternTree {
        guard let scalar = next else { throw problem("a `\\` stands at the end") }
        if let member = try member(escapedBy: scalar) { return one(member) }
        position += 1
        switch scalar {
        case "A": return .place(.start)
        case "z": return .place(.end)
        case "Z": return .place(.lastLineEnd)
        case "b": return .place(.wordEdge)
        case "B": return .place(.noWordEdge)
        case "N": return .one(ScalarSet([.notKind(.newline)]))
        case "R":
            return .choice([.sequence([literal("\r"), literal("\n")]), one(.kind(.newline))])
        default: throw unknownEscape(scalar)
        }
    }

    private func unknownEscape(_ scalar: Unicode.Scalar) -> PatternError {
        let isReference = ("1"..."9").contains(scalar) || scalar == "k"
        return problem(
            "`\\\(scalar)` cannot be used"
                + (isReference ? ": patterns do not refer back to what was matched" : "")
        )
    }

    /// What `\` and `scalar` stand for inside and outside of brackets; `nil` when it is something else:
    /// nothing has been taken then.
    private mutating func member(
        escapedBy scalar: Unicode.Scalar
    ) throws(PatternError) -> ScalarSet.Member? {
        let start = position
        position += 1
        switch scalar {
        case "d": return .kind(.digit)
        case "D": return .notKind(.digit)
        case "w": return .kind(.word)
        case "W": return .notKind(.word)
        case "s": return .kind(.space)
        case "S": return .notKind(.space)
        case "h": return .kind(.horizontalSpace)
        case "H": return .notKind(.horizontalSpace)
        case "v": return .kind(.newline)
        case "V": return .notKind(.newline)
        case "p": return .kind(try property())
        case "P": return .notKind(try property())
        default:
            guard let value = try value(escapedBy: scalar) else {
                position = start
                return nil
            }
            return .range(value...value)
        }
    }

    private mutating func property() throws(PatternError) -> ScalarKind {
        try expect("{")
        let name = try text(upTo: "}")
        guard let kind = ScalarKind(property: name) else {
            throw problem("there is no property `\(name)`; general categories are, such as `Lu`")
        }
        return kind
    }

    /// The number of the scalar that `\` and `scalar` stand for.
    private mutating func value(
        escapedBy scalar: Unicode.Scalar
    ) throws(PatternError) -> UInt32? {
        switch scalar {
        case "t": return 0x09
        case "n": return 0x0a
        case "r": return 0x0d
        case "f": return 0x0c
        case "a": return 0x07
        case "e": return 0x1b
        case "0": return 0
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        default:
            let isWord = scalar.isASCII && scalar.isInWord && scalar != "_"
            return isWord ? nil : scalar.value
        }
    }

    private mutating func hexadecimal(digits count: Int) throws(PatternError) -> UInt32 {
        if take("{") { return try number(of: text(upTo: "}")) }
        let digits = scalars[position...].prefix(count)
        position += digits.count
        return try number(of: String(String.UnicodeScalarView(digits)))
    }

    private func number(of digits: String) throws(PatternError) -> UInt32 {
        guard let value = UInt32(digits, radix: 16), Unicode.Scalar(value) != nil else {
            throw problem("`\(digits)` is no character's number")
        }
        return value
    }

    // MARK: Brackets

    private mutating func set() throws(PatternError) -> ScalarSet {
        let isNegated = take("^")
        var members: [ScalarSet.Member] = []
        repeat { members.append(try bracketMember()) } while !take("]")
        return ScalarSet(members, isNegated: isNegated, ignoresCase: flags.ignoresCase)
    }

    private mutating func bracketMember() throws(PatternError) -> ScalarSet.Member {
        for refused in ["&&", "--", "~~"] where take(refused) {
            throw problem("`\(refused)` in brackets cannot be used; write `\\` before each")
        }
        if take("[:") { return try posixMember() }
        if next == "[" { throw problem("a `[` in brackets is written `\\[`") }
        let first = try bracketScalar()
        guard case .range(let start) = first, takeRangeSign() else { return first }
        guard case .range(let end) = try bracketScalar(), start.lowerBound <= end.lowerBound else {
            throw problem("a range in brackets has no end behind its beginning")
        }
        return .range(start.lowerBound...end.lowerBound)
    }

    /// Takes the `-` of a range; one that stands last is a character.
    private mutating func takeRangeSign() -> Bool {
        guard next == "-", position + 1 < scalars.count else { return false }
        guard !["]", "-"].contains(scalars[position + 1]) else { return false }
        position += 1
        return true
    }

    /// A character in brackets, or a kind of them.
    private mutating func bracketScalar() throws(PatternError) -> ScalarSet.Member {
        guard let scalar = next else { throw problem("expected ']'") }
        position += 1
        guard scalar == "\\" else { return .range(scalar.value...scalar.value) }
        guard let escaped = next else { throw problem("expected ']'") }
        if escaped == "b" {
            position += 1
            return .range(8...8)
        }
        guard let member = try member(escapedBy: escaped) else { throw unknownEscape(escaped) }
        return member
    }

    private mutating func posixMember() throws(PatternError) -> ScalarSet.Member {
        let isNegated = take("^")
        let name = try text(upTo: ":")
        try expect("]")
        guard let kind = ScalarKind(posix: name) else {
            throw problem("there is no `[:\(name):]`")
        }
        return isNegated ? .notKind(kind) : .kind(kind)
    }
}
