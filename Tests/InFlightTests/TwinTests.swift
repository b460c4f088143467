import Planning
import Synchronization
import TestSupport
import Testing

@Suite("The in-memory twin")
struct TwinTests {
    @Test("its entries end by the clock that it was given")
    func clock() async {
        let now = ManualClock()
        let store = InMemoryInFlightStore(now: { now.instant })
        _ = await store.claim(task, owner: "a")
        now.advance(by: .seconds(29))
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
        now.advance(by: .seconds(1))
        #expect(await store.claim(task, owner: "b") == .taken)
    }

    @Test("unreachable it answers as the real one does without Redis, and forgets nothing")
    func unreachable() async {
        let store = InMemoryInFlightStore()
        _ = await store.claim(task, owner: "a")
        store.setReachable(false)
        #expect(await store.claim(task, owner: "b") == .taken)
        #expect(await store.renew(task, owner: "b"))
        await store.report(task, rows: 1, bytes: 1)
        #expect(await store.workers() == [])
        store.setReachable(true)
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
        #expect(await store.progress(ofLoad: task.load) == [:])
    }

    @Test("erased it is empty")
    func erased() async {
        let store = InMemoryInFlightStore()
        _ = await store.claim(task, owner: "a")
        await store.report(task, rows: 1, bytes: 1)
        await store.register(WorkerPresence(name: "w", slots: 1, running: []))
        await store.release(otherTask, owner: "a", isDone: true)
        store.erase()
        #expect(await store.claim(task, owner: "b") == .taken)
        #expect(await store.claim(otherTask, owner: "b") == .taken)
        #expect(await store.progress(ofLoad: task.load) == [:])
        #expect(await store.workers() == [])
    }
}

private final class ManualClock: Sendable {
    private let current = Mutex(ContinuousClock.now)

    var instant: ContinuousClock.Instant { current.withLock { $0 } }

    func advance(by duration: Duration) {
        current.withLock { $0 += duration }
    }
}
