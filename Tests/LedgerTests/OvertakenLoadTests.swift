import Ledger
import Loading
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Loads that newer ones have overtaken", .serialized)
struct OvertakenLoadTests {
    private func finish(_ dock: Dock, _ load: DockedLoad, as state: LoadState) async throws {
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "a",
                for: .seconds(15)
            )
        )
        #expect(try await dock.ledger.coordination.finish(lease, state: state, blocked: []))
    }

    private func state(_ dock: Dock, _ load: DockedLoad) async throws -> LoadState? {
        try await dock.ledger.coordination.state(ofLoad: load.id)
    }

    @Test("a load without a coordinator whose periods a newer load has loaded is superseded")
    func superseded() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        guard case .loaded = await dock.perform(older.task("customer")) else {
            Issue.record("the dimension of the older load is not loaded")
            return
        }
        let partly = try await dock.load(Shop.definition(), periods: "2024-01")
        try await finish(dock, partly, as: .loaded)
        #expect(try await state(dock, older) == .running)
        let newer = try await dock.load(Shop.definition(), periods: "2024-02")
        try await finish(dock, newer, as: .loaded)
        #expect(try await state(dock, older) == .superseded)
        #expect(
            try await dock.ledger.coordination.states(ofLoad: older.id) == [
                .done, .superseded, .superseded,
            ]
        )
        #expect(try await dock.ledger.coordination.orphanedLoads().isEmpty)
    }

    @Test("so is one that had nothing left to do when its coordinator was killed")
    func nothingLeft() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(Shop.definition(), periods: "2024-01")
        let newer = try await dock.load(Shop.definition(), periods: "2024-01")
        for task in older.tasks { _ = await dock.perform(older.task(task.title)) }
        try await finish(dock, newer, as: .loaded)
        #expect(try await state(dock, older) == .superseded)
    }

    @Test("a load that somebody coordinates ends by itself")
    func coordinated() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(Shop.definition())
        _ = try await dock.ledger.coordination.acquireLease(
            on: older.id,
            owner: "b",
            for: .seconds(60)
        )
        let newer = try await dock.load(Shop.definition())
        try await finish(dock, newer, as: .loaded)
        #expect(try await state(dock, older) == .running)
    }

    @Test(
        "of three loads the older ones tell that the newest, to which they left it, was cancelled"
    )
    func newestIsCancelled() async throws {
        let dock = try await Dock(Shop.files)
        let first = try await dock.load(Shop.definition(), periods: "2024-01")
        try await finish(dock, first, as: .loaded)
        var older: [DockedLoad] = []
        for _ in 1...2 {
            older.append(try await dock.create(Shop.definition(), periods: "2024-01"))
        }
        let newest = try await dock.create(Shop.definition(), periods: "2024-01")
        for load in older {
            #expect(await dock.perform(load.task("sale 2024-01")) == .superseded)
            let facts = try await dock.ledger.tasks.facts(of: load.task("sale 2024-01"))
            #expect(facts.owner == newest.id)
        }
        _ = try await dock.ledger.orders.cancel(.load(newest.id), reason: nil, by: "ana")
        for load in older {
            let facts = try await dock.ledger.tasks.facts(of: load.task("sale 2024-01"))
            #expect(facts.owner == nil)
            #expect(facts.claimant == newest.id)
            #expect(facts.claimantState == .cancelled)
        }
        // The one that loaded it has nobody who is newer either.
        #expect(try await dock.ledger.tasks.facts(of: first.task("sale 2024-01")).owner == nil)
        let later = try await dock.load(Shop.definition(), periods: "2024-01")
        #expect(
            try await dock.ledger.tasks.facts(of: older[0].task("sale 2024-01")).owner == later.id
        )
    }

    @Test("a dead letter is settled when its task is done, or its period loaded by a newer load")
    func letters() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        let tasks = (0...2).map { LoadTaskID(load: load.id, ordinal: $0) }
        let settled = { try await dock.ledger.tasks.settled(Set(tasks)) }
        #expect(try await settled().isEmpty)
        _ = await dock.perform(tasks[0])
        #expect(try await settled() == [tasks[0]])
        let failure = TaskFailure(code: "x", message: "x", isRetryable: false)
        for task in tasks[1...] {
            _ = try await dock.loader.record(failure, of: task, by: "t", policy: RetryPolicy())
        }
        #expect(try await settled() == [tasks[0]])
        try await dock.load(Shop.definition(), periods: "2024-02")
        #expect(try await settled() == [tasks[0], tasks[2]])
        #expect(try await dock.ledger.tasks.settled([LoadTaskID(load: 99, ordinal: 0)]).isEmpty)
    }
}
