import Testing
import Words

@Suite("Lists in words")
struct ListsTests {
    @Test("names stand in backticks, one after the other")
    func backticks() {
        #expect(["a", "b"].inBackticks() == "`a`, `b`")
        #expect(["a", "b"].inBackticks(separator: " or ") == "`a` or `b`")
        #expect([String]().inBackticks() == "")
    }

    @Test("what goes beyond the limit is told by its mark")
    func limit() {
        #expect(["a", "b", "c"].listed(atMost: 3) == "a, b, c")
        #expect(["a", "b", "c"].listed(atMost: 2) == "a, b, …")
        #expect(["a", "b", "c"].inBackticks(atMost: 2) == "`a`, `b`, …")
    }
}
