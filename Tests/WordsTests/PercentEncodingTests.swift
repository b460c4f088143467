import Testing
import Words

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(
        "is undone by bytes; what is not encoded well stays",
        arguments: [
            ("a%41%7e%7E", "aA~~", true), ("", "", true), ("%C3%A9%20", "é ", true),
            ("%", "%", false), ("%4", "%4", false), ("%+1%4g%41", "%+1%4gA", false),
            ("%%41", "%A", false), ("%2541", "%41", true), ("%4\u{660}", "%4\u{660}", false),
            ("%\u{301}41", "%\u{301}41", false),
        ]
    )
    func decoded(text: String, expected: String, isWellFormed: Bool) {
        let found = PercentEncoding.decoded(text.utf8)
        #expect(found.bytes == Array(expected.utf8))
        #expect(found.isWellFormed == isWellFormed)
    }
}
