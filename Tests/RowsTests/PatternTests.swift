import Testing
import Values

@testable import Rows

@Suite("Patterns")
struct PatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        let pattern = try Pattern(pattern)
        return withView(of: Array(text.utf8)) { pattern.matches($0) }
    }

    private static let samples: [(pattern: String, yes: [String], no: [String])] = [
        ("[0-9]{10}", ["0123456789"], ["012345678", "01234567890", ""]),
        (#"B-\d+"#, ["B-1", "B-٣"], ["B6", "B-"]),
        ("[^@ ]+@[^@ ]+", ["a@b"], ["a b@c", "@b"]),
        ("a|bc|", ["a", "bc", ""], ["b", "abc"]),
        ("(ab)+c?", ["ab", "ababc"], ["c", "abcc"]),
        ("(?:a|b)*?c", ["c", "abac"], ["ab"]),
        ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
        ("a{,2}b{2,}", ["bb", "aabbb"], ["ab", "aaabb"]),
        ("a{x", ["a{x"], ["aa"]),
        ("x*(y*)*", ["", "xxyy"], ["yx"]),
        (#"(?<year>\d{4})-(?P<month>\d\d)"#, ["2024-12"], ["2024-1"]),
        (#"[\w.\-+]+"#, ["a.b-c+ñ_1"], ["a b"]),
        (#"[]a\]-]+"#, ["]a-"], ["b"]),
        (#"[^\d\s]+"#, ["ab"], ["a1", "a b"]),
        ("[[:alpha:]]+[[:^digit:]]", ["ñx"], ["ñ1"]),
        (#"\p{Lu}\p{L}+\P{L}"#, ["Ñandú!"], ["ñandu!", "Ñandua"]),
        (#"\x41\u0042\x{43}\t"#, ["ABC\t"], ["ABCt"]),
        (#"\(\.\)\\"#, [#"(.)\"#], [#"(x)\"#]),
        ("(?i)stra(ß|ss)e", ["STRASSE", "Straße"], ["STRASE"]),
        ("(?i:a)b", ["Ab"], ["AB"]),
        ("^a.c$", ["abc", "añc"], ["a\nc", "abcd"]),
        ("(?s)a.c", ["a\nc"], ["ac"]),
        (#"\Aa\b.\Bb?\z"#, ["a "], ["ab", "a b"]),
        (#"a\R"#, ["a\n", "a\r\n", "a\r"], ["a", "a\n\n"]),
        (#"a(?#who knows)b"#, ["ab"], ["a"]),
    ]

    @Test("a whole text matches or does not", arguments: samples)
    func wholeText(pattern: String, yes: [String], no: [String]) throws {
        for text in yes { #expect(try matches(pattern, text), "`\(text)`") }
        for text in no { #expect(try !matches(pattern, text), "`\(text)`") }
    }

    @Test(
        "what is no pattern, or cannot be told by reading once, is refused with the reason",
        arguments: [
            ("(a", "expected ')'"), ("a)", "the `)` has no `(` before it"),
            ("[a", "expected ']'"), ("a**", "`*` has nothing to repeat"),
            ("a{3,1}", "`{3,1}` runs backwards"), (#"a\"#, #"a `\` stands at the end"#),
            ("[z-a]", "a range in brackets has no end behind its beginning"),
            ("a++", "`+` behind a repetition (possessive) cannot be used"),
            ("(?=a)", "`(?=` cannot be used: patterns do not look ahead or behind"),
            (#"(a)\1"#, #"`\1` cannot be used: patterns do not refer back to what was matched"#),
            (
                #"\p{Klingon}"#,
                "there is no property `Klingon`; general categories are, such as `Lu`"
            ),
            (#"\x{110000}"#, "`110000` is no character's number"),
        ]
    )
    func refused(pattern: String, reason: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error?.description == reason)
    }

    @Test(
        "a pattern that multiplies, or is nested deep, is refused before it takes memory or stack",
        arguments: [
            "((((a{1,1000}){1,1000}){1,1000}){1,1000})", "((((){999}){999}){999}){999}",
            "a{10001}", "(a{9999999999999999999}){9999999999999999999}",
            String(repeating: "(", count: 5_000) + "a" + String(repeating: ")", count: 5_000),
            String(repeating: "(?:", count: 100_000), String(repeating: "a|", count: 100_000),
            String(repeating: "[", count: 100_000), String(repeating: "(?i)(", count: 50_000),
        ]
    )
    func bombs(pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test(
        "time grows with the text, whatever the pattern",
        .timeLimit(.minutes(1)),
        arguments: ["(a+)+b", "(a|aa)+b", "(a*)*b", "(?:a?){500}(?:a?){500}b", "(.*)(.*)(.*)b"]
    )
    func linear(pattern: String) throws {
        #expect(try !matches(pattern, String(repeating: "a", count: 20_000)))
        #expect(try matches(pattern, String(repeating: "a", count: 500) + "b"))
    }

    @Test("the reason of a long text says that it may take too many steps")
    func tooLong() throws {
        let pattern = "(?:a?){2000}(?:a?){2000}b"
        let text = String(repeating: "a", count: Pattern.alwaysTold * 4)
        let reason = try encode(text, as: .text, rules: [.matches(pattern)]).reason
        #expect(
            reason?.hasSuffix("does not match `\(pattern)`, or is too long to be compared with it")
                == true
        )
    }

    @Test("a pattern tells of each text what it tells of it alone, whatever came before")
    func oneAfterTheOther() throws {
        let pattern = "(?:a?){2000}(?:a?){2000}b"
        let compiled = try Pattern(pattern)
        let texts = ["b", String(repeating: "a", count: 300), "ab", "", "a", "b", "aab", "ba", "b"]
        let found = texts.map { text in
            withView(of: Array(text.utf8)) { compiled.matches($0) }
        }
        #expect(found == [true, false, true, false, false, true, true, false, true])
    }

    @Test("patterns of the basic kind mean what they mean elsewhere")
    func oracle() throws {
        var luck = PatternLuck(seed: 42)
        var compared = 0
        for _ in 0..<1_500 {
            let text = luck.pattern(depth: 4)
            guard let pattern = try? Pattern(text) else { continue }
            let other = try Regex(text)
            for _ in 0..<4 {
                let sample = luck.text()
                let expected = try other.wholeMatch(in: sample) != nil
                let found = withView(of: Array(sample.utf8)) { pattern.matches($0) }
                #expect(found == expected, "`\(text)` and `\(sample)`")
                compared += 1
            }
        }
        #expect(compared > 4_000)
    }
}

/// Patterns and texts of few letters, the same ones for each seed.
private struct PatternLuck: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func text() -> String {
        String((0..<Int.random(in: 0...7, using: &self)).map { _ in pick(["a", "b", "c"]) })
    }

    mutating func pattern(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 4), using: &self) {
        case 0, 1: return String(pick(["a", "b", "c"]))
        case 2: return "[ab]"
        case 3: return "."
        case 4: return "(" + pattern(depth: depth - 1) + "|" + pattern(depth: depth - 1) + ")"
        case 5: return "(?:" + pattern(depth: depth - 1) + ")" + repetition()
        default: return pattern(depth: depth - 1) + pattern(depth: depth - 1)
        }
    }

    private mutating func pick(_ letters: [Character]) -> Character {
        letters[Int.random(in: 0..<letters.count, using: &self)]
    }

    private mutating func repetition() -> String {
        let all = ["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?"]
        return all[Int.random(in: 0..<all.count, using: &self)]
    }
}
