import Testing

@testable import Extraction

@Suite("File patterns")
struct FilePatternTests {
    @Test(
        "a star stands for any text, other characters for themselves",
        arguments: [
            ("a.csv", "a.csv", true), ("a.csv", "aXcsv", false), ("*.csv", "a.csv", true),
            ("*.csv", ".csv", false), ("*.csv", ".a.csv", false), ("a*b*c", "abc", true),
            ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("ab*ba", "aba", false),
            ("*", "anything", true), ("a**b", "aXb", true), (".a*", ".ab", true),
            ("*a", "ba ", false), ("\u{e9}.csv", "e\u{301}.csv", false),
            ("*\u{e9}", "ae\u{301}", false), ("a*", "a\u{301}b", true),
            (".\u{301}*", ".\u{301}a", true),
            ("*", ".\u{301}a", false),
        ]
    )
    func star(component: String, name: String, isMatch: Bool) {
        #expect(FilePattern.matches(name, component: component) == isMatch)
    }
}
