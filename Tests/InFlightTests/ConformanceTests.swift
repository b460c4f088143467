import Planning
import TestSupport
import Testing

@Suite("Every in-flight store", .timeLimit(.minutes(2)))
struct ConformanceTests {
    @Test("one owner at a time holds a task", arguments: StoreUnderTest.allCases)
    func exclusiveClaim(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        #expect(await store.claim(task, owner: "a") == .taken)
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
        #expect(await store.claim(otherTask, owner: "b") == .taken)
        #expect(await store.claim(task, owner: "a") == .taken)
    }

    @Test("every order changes the signal; a holder is told", arguments: StoreUnderTest.allCases)
    func signals(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        let before = await store.orderSignal()
        #expect(before == 0)
        await store.signalOrder()
        let first = await store.orderSignal()
        #expect(first != before)
        await store.signalOrder()
        #expect(await store.orderSignal() != first)
        #expect(await store.holder(of: task) == nil)
        _ = await store.claim(task, owner: "a")
        #expect(await store.holder(of: task) == "a")
    }

    @Test("of many that claim at once one gets the task", arguments: StoreUnderTest.allCases)
    func race(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        let claims = await withTaskGroup { group in
            for number in 0..<50 {
                group.addTask { await store.claim(task, owner: "\(number)") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(claims.count { $0 == .taken } == 1)
    }

    @Test("a released task can be claimed again", arguments: StoreUnderTest.allCases)
    func release(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "a")
        await store.release(task, owner: "a", isDone: false)
        #expect(await store.claim(task, owner: "b") == .taken)
    }

    @Test("nobody releases another's lease", arguments: StoreUnderTest.allCases)
    func foreignRelease(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "a")
        await store.release(task, owner: "b", isDone: false)
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
    }

    @Test("a task released as done stays done", arguments: StoreUnderTest.allCases)
    func done(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "a")
        await store.release(task, owner: "a", isDone: true)
        #expect(await store.claim(task, owner: "a") == .done)
        #expect(await store.claim(task, owner: "b") == .done)
        #expect(await store.renew(task, owner: "a") == false)
        #expect(await store.claim(otherTask, owner: "b") == .taken)
    }

    @Test(
        "who lost the lease can still say that the task is done",
        arguments: StoreUnderTest.allCases
    )
    func doneByAnother(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "a")
        await store.release(task, owner: "b", isDone: true)
        #expect(await store.claim(task, owner: "c") == .done)
    }

    @Test("a done-mark is forgotten in the end", arguments: StoreUnderTest.allCases)
    func doneMarkExpires(_ kind: StoreUnderTest) async throws {
        let store = try kind.make(doneMark: .milliseconds(50))
        await store.release(task, owner: "a", isDone: true)
        await eventually("the entry is forgotten") { await store.claim(task, owner: "b") == .taken }
    }

    @Test("a lease that is not renewed ends", arguments: StoreUnderTest.allCases)
    func leaseExpires(_ kind: StoreUnderTest) async throws {
        let store = try kind.make(lease: .milliseconds(50))
        _ = await store.claim(task, owner: "a")
        await eventually("the entry is forgotten") { await store.claim(task, owner: "b") == .taken }
    }

    @Test("a lease that lost its end gets the end of a lease", arguments: StoreUnderTest.allCases)
    func endless(_ kind: StoreUnderTest) async throws {
        let store = try await kind.makeWithEndlessLease(
            on: task,
            owner: "a",
            lease: .milliseconds(300)
        )
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
        await eventually("the lease has an end") { await store.claim(task, owner: "b") == .taken }
    }

    @Test("a renewed lease outlives its first time", arguments: StoreUnderTest.allCases)
    func renewal(_ kind: StoreUnderTest) async throws {
        let store = try kind.make(lease: .seconds(3))
        let start = ContinuousClock.now
        _ = await store.claim(task, owner: "a")
        await eventually("the first time is over") {
            #expect(await store.renew(task, owner: "a"))
            return ContinuousClock.now - start > .milliseconds(3200)
        }
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
    }

    @Test("a lease that another took is not renewed", arguments: StoreUnderTest.allCases)
    func overtaken(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "b")
        #expect(await store.renew(task, owner: "a") == false)
        #expect(await store.renew(task, owner: "b"))
    }

    @Test("a lease that vanished is taken again by renewing it", arguments: StoreUnderTest.allCases)
    func vanished(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        #expect(await store.renew(task, owner: "a"))
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
    }

    @Test("progress adds up per task and load", arguments: StoreUnderTest.allCases)
    func progress(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        #expect(await store.progress(ofLoad: 7) == [:])
        await store.report(task, rows: 10, bytes: 1_000)
        await store.report(task, rows: 5, bytes: 5_000_000_000)
        await store.report(otherTask, rows: 1, bytes: 0)
        await store.report(LoadTaskID(load: 8, ordinal: 3), rows: 99, bytes: 99)
        #expect(
            await store.progress(ofLoad: 7) == [
                3: InFlightProgress(rows: 15, bytes: 5_000_001_000),
                4: InFlightProgress(rows: 1, bytes: 0),
            ]
        )
    }

    @Test(
        "what a task will read is told with its progress, until another attempt begins",
        arguments: StoreUnderTest.allCases
    )
    func expected(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "a")
        let inputs = ExpectedInputs(files: 2, bytes: 5_000_000_000, first: "sales_2024-01.csv")
        await store.report(task, rows: 0, bytes: 0, of: inputs)
        await store.report(task, rows: 10, bytes: 1_000)
        let unknown = ExpectedInputs(files: 1, bytes: nil, first: "b:c.csv")
        await store.report(otherTask, rows: 1, bytes: 1, of: unknown)
        #expect(
            await store.progress(ofLoad: 7) == [
                3: InFlightProgress(rows: 10, bytes: 1_000, expected: inputs),
                4: InFlightProgress(rows: 1, bytes: 1, expected: unknown),
            ]
        )
        await store.release(task, owner: "a", isDone: false)
        _ = await store.claim(task, owner: "b")
        #expect(await store.progress(ofLoad: 7)[3] == nil)
    }

    @Test("a new attempt begins its progress anew", arguments: StoreUnderTest.allCases)
    func progressOfSecondAttempt(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        _ = await store.claim(task, owner: "a")
        await store.report(task, rows: 10, bytes: 10)
        await store.report(otherTask, rows: 1, bytes: 1)
        _ = await store.claim(task, owner: "a")
        #expect(await store.progress(ofLoad: 7)[3] == InFlightProgress(rows: 10, bytes: 10))
        await store.release(task, owner: "a", isDone: false)
        #expect(await store.progress(ofLoad: 7)[3] == InFlightProgress(rows: 10, bytes: 10))
        _ = await store.claim(task, owner: "b")
        await store.report(task, rows: 2, bytes: 2)
        #expect(
            await store.progress(ofLoad: 7) == [
                3: InFlightProgress(rows: 2, bytes: 2), 4: InFlightProgress(rows: 1, bytes: 1),
            ]
        )
    }

    @Test("the progress of thousands of tasks is complete", arguments: StoreUnderTest.allCases)
    func muchProgress(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        for ordinal in 0..<2_000 {
            await store.report(LoadTaskID(load: 7, ordinal: ordinal), rows: ordinal, bytes: 1)
        }
        let progress = await store.progress(ofLoad: 7)
        #expect(progress.count == 2_000)
        #expect(progress.allSatisfy { $0.value == InFlightProgress(rows: $0.key, bytes: 1) })
    }

    @Test("workers are listed with what they said last", arguments: StoreUnderTest.allCases)
    func workers(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        #expect(await store.workers() == [])
        let second = WorkerPresence(name: "host-2 ünï", slots: 4, running: [])
        await store.register(second)
        await store.register(WorkerPresence(name: "host-1", slots: 2, running: []))
        let first = WorkerPresence(name: "host-1", slots: 2, running: [task, otherTask])
        await store.register(first)
        #expect(await store.workers() == [first, second])
    }

    @Test(
        "a worker that says that it is no more is forgotten at once, also by a cancelled task",
        arguments: StoreUnderTest.allCases
    )
    func deregisteredWorker(_ kind: StoreUnderTest) async throws {
        let store = try kind.make()
        let other = WorkerPresence(name: "other", slots: 1, running: [])
        await store.register(other)
        await store.register(WorkerPresence(name: "over", slots: 1, running: []))
        let over = Task {
            while !Task.isCancelled { await Task.yield() }
            await store.deregister("over")
        }
        over.cancel()
        await over.value
        #expect(await store.workers() == [other])
        await store.deregister("over")
        #expect(await store.workers() == [other])
    }

    @Test(
        "a worker that falls silent is forgotten, the others are not",
        arguments: StoreUnderTest.allCases
    )
    func silentWorker(_ kind: StoreUnderTest) async throws {
        let store = try kind.make(presence: .milliseconds(300))
        let alive = WorkerPresence(name: "alive", slots: 1, running: [])
        await store.register(WorkerPresence(name: "silent", slots: 1, running: []))
        await eventually("only the worker that spoke is left") {
            await store.register(alive)
            return await store.workers() == [alive]
        }
    }
}
