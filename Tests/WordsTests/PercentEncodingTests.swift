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

    @Test(
        "is done by bytes: only letters, digits and four marks stay",
        arguments: [
            ("aZ09-._~", "aZ09-._~"), ("a b/c", "a%20b/c"), ("é", "%C3%A9"),
            ("+%&=?#", "%2B%25%26%3D%3F%23"),
            ("/\u{301}'", "/%CC%81%27"), ("\r\n\u{0}", "%0D%0A%00"), ("", ""),
        ]
    )
    func encoded(text: String, expected: String) {
        #expect(PercentEncoding.encoded(text.utf8, keeping: ["/"]) == expected)
        #expect(PercentEncoding.decoded(expected.utf8).bytes == Array(text.utf8))
    }
}
