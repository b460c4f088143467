import Testing

@testable import WebConsole

@Suite("The number of dead letters beside their page's name")
struct LetterCountTests {
    private struct Silent: Error {}

    @Test("is not waited for, is what the broker said last, and is asked for once a minute at most")
    func known() async {
        let letters = LetterCount()
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let question: @Sendable () async throws -> Int = {
            ask.yield()
            return 3
        }
        #expect(letters.count(asking: question) == nil)
        while letters.count(asking: question) == nil { await Task.yield() }
        #expect(letters.count(asking: question) == 3)
        ask.finish()
        #expect(await asked.reduce(0) { count, _ in count + 1 } == 1)
    }

    @Test("is not known where the broker does not answer")
    func unknown() async {
        let letters = LetterCount()
        let (answered, answer) = AsyncStream<Void>.makeStream()
        #expect(
            letters.count(asking: {
                defer { answer.finish() }
                throw Silent()
            }) == nil
        )
        for await _ in answered {}
        #expect(letters.count(asking: { 3 }) == nil)
    }
}
