import Planning
import Testing

@Suite("Failures of tasks")
struct TaskFailureTests {
    @Test("a message is kept up to its limit, whoever has written it, and cut between scalars")
    func longMessage() {
        func kept(_ message: String) -> String {
            TaskFailure(code: "x", message: message, isRetryable: false).message
        }
        let most = TaskFailure.longestMessage
        let whole = String(repeating: "a", count: most)
        #expect(kept(whole) == whole)
        let cut = kept("e" + String(repeating: "\u{301}", count: most))
        #expect(cut.unicodeScalars.last == "…")
        #expect((most - 4...most).contains(cut.utf8.count))
    }
}
