import Ledger
import Loading
import Planning
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Loads that rest", .serialized)
struct RestingLoadTests {
    private func leased() async throws -> (Dock, DockedLoad, LoadLease) {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        let lease = try await dock.ledger.coordination.acquireLease(
            on: load.id,
            owner: "a",
            for: .seconds(15)
        )
        return (dock, load, try #require(lease))
    }

    @Test(
        "a load that rests is no orphan until it is woken, resumed, or one of its tasks cancelled"
    )
    func rests() async throws {
        let (dock, load, lease) = try await leased()
        let ledger = dock.ledger
        let isOrphan = { try await ledger.coordination.orphanedLoads() == [load.id] }
        try await ledger.coordination.rest(lease, for: .seconds(3600))
        #expect(try await !isOrphan())
        #expect(try await ledger.fleet.places().resting == 1)
        let report = try #require(try await ledger.loads.report(ofLoad: load.id))
        #expect(report.coordinator == "a")
        #expect(report.hindrance == nil)

        try await ledger.coordination.wake([load.id])
        #expect(try await isOrphan())
        for end in ["resume", "cancel"] {
            let lease = try #require(
                try await ledger.coordination.acquireLease(
                    on: load.id,
                    owner: "a",
                    for: .seconds(15)
                )
            )
            try await ledger.coordination.rest(lease, for: .seconds(3600))
            #expect(try await !isOrphan())
            if end == "resume" {
                _ = try await ledger.orders.pause(
                    .load(load.id),
                    interrupts: false,
                    reason: nil,
                    by: "t"
                )
                _ = try await ledger.orders.resume(.load(load.id))
            } else {
                _ = try await ledger.orders.cancel(
                    .task(load.task("customer")),
                    reason: nil,
                    by: "t"
                )
            }
            #expect(try await isOrphan(), "\(end)")
        }
    }

    @Test("an old lease lets no load rest")
    func oldLease() async throws {
        let (dock, load, lease) = try await leased()
        try await dock.ledger.coordination.release(lease)
        _ = try await dock.ledger.coordination.acquireLease(
            on: load.id,
            owner: "b",
            for: .seconds(15)
        )
        try await dock.ledger.coordination.rest(lease, for: .seconds(3600))
        #expect(try await dock.ledger.fleet.places().held == 1)
    }

    @Test("the time to the next attempt is known when every task waits for one")
    func nextAttempt() async throws {
        let (dock, load, lease) = try await leased()
        let wait = { (tasks: [Int]) in
            try await dock.ledger.coordination.timeToNextAttempt(ofLoad: load.id, tasks: tasks)
        }
        #expect(try await dock.ledger.coordination.markPublished([0, 1], lease: lease))
        #expect(try await wait([0, 1]) == nil)
        let failure = TaskFailure(code: "source.down", message: "down", isRetryable: true)
        for (task, failures) in [(0, 3), (1, 4)] {
            for _ in 0..<failures {
                _ = try await dock.loader.record(
                    failure,
                    of: LoadTaskID(load: load.id, ordinal: task),
                    by: "t",
                    policy: RetryPolicy()
                )
            }
        }
        let first = try #require(try await wait([0, 1]))
        #expect(first > .seconds(20) && first <= .seconds(30))
        // Of a task that was never tried nobody knows when it runs.
        #expect(try await wait([0, 1, 2]) == nil)
        #expect(try await wait([]) == nil)
    }

    @Test("who listens hears of loads that are written, let go of, tried again and woken")
    func heard() async throws {
        let dock = try await Dock(Shop.files)
        _ = try await dock.ledger.coordination.orphanedLoads()
        let heard = Counter()
        let listener = LoadListener(dock.configuration)
        let listening = Task { try await listener.run { heard.add() } }
        defer { listening.cancel() }
        await heard.reaches(1, "the beginning")
        let load = try await dock.create(Shop.definition())
        await heard.reaches(2, "a load that is written")
        let lease = {
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "a",
                for: .seconds(15)
            )
        }
        try await dock.ledger.coordination.release(try #require(try await lease()))
        await heard.reaches(3, "a load that is let go of")
        try await dock.ledger.coordination.rest(
            try #require(try await lease()),
            for: .seconds(3600)
        )
        try await dock.ledger.coordination.wake([load.id])
        await heard.reaches(4, "a load that is woken")
    }

    @Test("living coordinators tell their places; those that end or fall silent have none")
    func places() async throws {
        let (dock, _, _) = try await leased()
        let ledger = dock.ledger
        #expect(try await !ledger.fleet.places().areAllTaken)
        try await ledger.coordination.note(CoordinatorPresence(name: "a", places: 8, taken: 8))
        try await ledger.coordination.note(CoordinatorPresence(name: "b", places: 4, taken: 1))
        #expect(try await ledger.fleet.places().coordinators.map(\.name) == ["a", "b"])
        #expect(try await !ledger.fleet.places().areAllTaken)
        try await ledger.coordination.note(CoordinatorPresence(name: "b", places: 4, taken: 4))
        #expect(try await ledger.fleet.places().areAllTaken)
        try await ledger.coordination.forget(coordinator: "a")
        #expect(
            try await ledger.fleet.places().coordinators
                == [CoordinatorPresence(name: "b", places: 4, taken: 4)]
        )
        _ = try await dock.rows(
            "update longshore.coordinator set seen_at = now() - interval '1 minute' returning name"
        )
        #expect(try await ledger.fleet.places().coordinators.isEmpty)
        let waiting = try await dock.create(Shop.definition())
        #expect(try await ledger.fleet.places().waiting == 1)
        #expect(try await ledger.coordination.orphanedLoads() == [waiting.id])
    }
}

/// How often something was heard.
private final class Counter: Sendable {
    private let count = Mutex(0)

    func add() { count.withLock { $0 += 1 } }

    func reaches(_ expected: Int, _ what: String) async {
        await eventually(within: .seconds(20), "it hears of \(what)") {
            count.withLock { $0 } == expected
        }
    }
}
