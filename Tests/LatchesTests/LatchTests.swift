import Latches
import Testing

@Suite("Latches", .timeLimit(.minutes(1)))
struct LatchTests {
    @Test("all who wait go on when it is opened, and nobody waits after that")
    func open() async {
        let latch = Latch()
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...3 { group.addTask { await latch.wait() } }
            latch.open()
        }
        await latch.wait()
        #expect(latch.isOpen)
    }

    @Test(
        "who is cancelled stops waiting, whether before or after it began, and the latch stays shut"
    )
    func cancelled() async {
        let latch = Latch()
        let waiting = Task { await latch.wait() }
        waiting.cancel()
        await waiting.value
        let late = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            await latch.wait()
        }
        await late.value
        #expect(!latch.isOpen)
    }
}
