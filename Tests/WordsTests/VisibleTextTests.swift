import Foundation
import TestSupport
import Testing

@testable import Words

@Suite("Foreign text made visible")
struct VisibleTextTests {
    @Test(
        "what commands a terminal or cannot be seen is shown by its number",
        arguments: [
            ("\u{1B}[2Jred", "\\u{1B}[2Jred"), ("a\u{200B}b", "a\\u{200B}b"),
            ("\u{FEFF}5", "\\u{FEFF}5"), ("\u{202E}12", "\\u{202E}12"),
            ("1\u{A0}000", "1\\u{A0}000"), ("1\u{202F}000", "1\\u{202F}000"),
            ("1\u{2007}0", "1\\u{2007}0"), ("\u{7}bell", "\\u{7}bell"), ("\u{9B}31m", "\\u{9B}31m"),
            ("a\tb\rc", "a\\tb\\rc"), ("\u{7F}", "\\u{7F}"), ("x\u{2028}y", "x\\u{2028}y"),
            ("\u{E0041}", "\\u{E0041}"), ("\u{3164}", "\\u{3164}"), ("\u{F8FF}", "\\u{F8FF}"),
        ]
    )
    func shown(_ raw: String, _ visible: String) {
        #expect(VisibleText.lines(raw) == visible)
        #expect(VisibleText.line(raw) == visible)
    }

    @Test("a long text is cut by scalars: a character may be of any size")
    func shortened() {
        #expect(VisibleText.shortened("abc", to: 3) == "abc")
        #expect(VisibleText.shortened("abcd", to: 3) == "ab…")
        #expect(VisibleText.shortened("", to: 3) == "")
        let marks = "e" + String(repeating: "\u{301}", count: 1_000)
        #expect(VisibleText.shortened(marks, to: 3).unicodeScalars.count == 3)
        #expect(
            VisibleText.shortened("\r\nab", to: 3).unicodeScalars
                .elementsEqual("\r\n…".unicodeScalars)
        )
    }

    @Test("a text with a limit in bytes is cut between scalars")
    func shortenedToBytes() {
        #expect(VisibleText.shortened("abc€", toBytes: 6) == "abc€")
        #expect(VisibleText.shortened("abcdefg", toBytes: 6) == "abc…")
        #expect(VisibleText.shortened("ab€defg", toBytes: 6) == "ab…")
        let marks = "e" + String(repeating: "\u{301}", count: 1_000)
        #expect(VisibleText.shortened(marks, toBytes: 9).utf8.count == 8)
    }

    @Test(
        "what can be seen stays as it is",
        arguments: ["Bogotá — “año” €1 ✓ 東京 👍 █░ naïve", "e\u{301}", "a\nb", ""]
    )
    func kept(_ text: String) {
        #expect(VisibleText.lines(text) == text)
    }

    @Test("within a line a line's end is shown, also when CR LF are one character")
    func lineEnds() {
        #expect(VisibleText.line("two\r\nlines\n") == "two\\r\\nlines\\n")
        #expect(VisibleText.lines("two\r\nlines") == "two\\r\nlines")
    }

    @Test("further lines of a text stand in, so that none passes for a line of a list")
    func block() {
        #expect(VisibleText.block("one", indent: 4) == "one")
        #expect(
            VisibleText.block("a\nload 5: fine\n      b", indent: 4)
                == "a\n    load 5: fine\n      b"
        )
        // A mark on the line end does not hide it.
        let marked = VisibleText.block("a\n\u{301}b\r\nc", indent: 2)
        #expect(Array(marked.utf8) == Array("a\n  \u{301}b\r\n  c".utf8))
    }

    @Test(
        "a text is as wide as it is shown",
        arguments: [("ab", 2), ("\t", 2), ("e\u{301}", 1), ("漢字", 4), ("\u{200B}", 8), ("", 0)]
    )
    func width(_ text: String, _ columns: Int) {
        #expect(VisibleText.width(of: text) == columns)
    }

    @Test("JSON keeps its meaning and shows nothing invisible")
    func json() throws {
        let value = ["a\u{200B}\u{E0041}\u{9B}b \u{A0}"]
        let plain = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        let visible = VisibleText.json(plain)
        #expect(!visible.unicodeScalars.contains(where: VisibleText.isHidden))
        #expect(try JSONDecoder().decode([String].self, from: Data(visible.utf8)) == value)
    }

    @Test("no text hides anything, whatever its scalars join to")
    func fuzz() {
        var random = SeededGenerator(seed: 11)
        let odd: [Unicode.Scalar] = [
            "\u{600}", "\u{200D}", "\r", "\n", "\u{1B}", "\u{301}", "a", "👍", "\u{FE0F}", "\u{AD}",
        ]
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                text.unicodeScalars.append(odd.randomElement(using: &random) ?? "a")
            }
            let line = VisibleText.line(text)
            #expect(!line.unicodeScalars.contains(where: VisibleText.isHidden))
            #expect(
                line.unicodeScalars.filter { $0 == "a" }.count
                    == text.unicodeScalars.filter { $0 == "a" }.count
            )
        }
    }
}
