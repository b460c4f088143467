import Testing
import Words

@Suite("Quoted text")
struct QuotedTextTests {
    @Test(
        "what would end the quotes, begin a line or be hidden is written as an escape",
        arguments: [
            ("plain ñ", #""plain ñ""#), (#"a "b" \c"#, #""a \"b\" \\c""#),
            ("a\nb\tc", #""a\nb\tc""#),
            ("\r\n", #""\u000d\n""#), ("\u{202e}\u{200d}", #""\u202e\u200d""#),
            ("\u{600}\"", #""\u0600\"""#), ("\u{e0001}", #""\U000e0001""#),
        ]
    )
    func escapes(text: String, expected: String) {
        #expect(QuotedText.double(text) == expected)
    }

    @Test("a string of JSON escapes what it has to, and leaves marks behind a quote outside")
    func json() {
        #expect(QuotedText.json("ñ \"\\\n\u{1f}\u{7f}") == #""ñ \"\\\u000a\u001f"# + "\u{7f}\"")
        let hostile = "\u{600}\"\u{301}"
        let quoted = "\"\u{600}\\\"\u{301}\""
        #expect(QuotedText.json(hostile).unicodeScalars.elementsEqual(quoted.unicodeScalars))
    }
}
