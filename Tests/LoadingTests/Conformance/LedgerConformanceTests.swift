import Ledger
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing

/// What every ledger does, the twin of the simulation and the real one alike.
@Suite("Every ledger", .serialized)
struct LedgerConformanceTests {
    @Test("a load that was written runs, its tasks wait", arguments: WarehouseUnderTest.allCases)
    func created(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create("2024-01..2024-02")
        #expect(try await bench.create() > load)
        #expect(try await bench.ledger.state(ofLoad: load) == .running)
        #expect(try await bench.ledger.states(ofLoad: load) == [.waiting, .waiting, .waiting])
        #expect(try await bench.ledger.states(ofLoad: load, tasks: [2]) == [2: .waiting])
        let record = try #require(try await bench.ledger.load(load))
        #expect(record.periods.map(\.label) == ["2024-01", "2024-02"])
        #expect(try await bench.ledger.load(999) == nil)
        #expect(try await bench.ledger.state(ofLoad: 999) == nil)
    }

    @Test(
        "a table has one pipeline: another's load is refused, and nothing of it is written",
        arguments: WarehouseUnderTest.allCases
    )
    func tableOfAnotherPipeline(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let (asked, graph) = try bench.request("2024-02")
        var request = asked
        request.pipeline.name = "other"
        await #expect {
            try await bench.creator(of: "longshore").create(request, tasks: graph.tasks)
        } throws: { error in
            (error as? any TaskFailureConvertible)?.taskFailure.code == "warehouse.others_table"
        }
        #expect(try await bench.ledger.orphanedLoads() == [load])
        #expect(try await bench.create("2024-02") > load)
    }

    @Test("a lease is one coordinator's until it ends", arguments: WarehouseUnderTest.allCases)
    func leases(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        #expect(try await bench.ledger.orphanedLoads() == [load])
        let first = try await bench.lease(load)
        #expect(try await bench.ledger.orphanedLoads() == [])
        #expect(
            try await bench.ledger.acquireLease(on: load, owner: "two", for: .seconds(15)) == nil
        )
        try await bench.pass(.seconds(10))
        #expect(try await bench.ledger.renew(first, for: .seconds(15)))
        try await bench.pass(.seconds(10))
        #expect(try await bench.ledger.orphanedLoads() == [])
        try await bench.pass(.seconds(6))
        #expect(try await bench.ledger.orphanedLoads() == [load])
        // Nobody else took it: it can be renewed.
        #expect(try await bench.ledger.renew(first, for: .seconds(15)))
        try await bench.pass(.seconds(16))
        let second = try await bench.lease(load, as: "two")
        #expect(second.epoch > first.epoch)
        #expect(try await !bench.ledger.renew(first, for: .seconds(15)))
        #expect(try await !bench.ledger.markPublished([0], lease: first))
        #expect(try await !bench.ledger.finish(first, state: .failed, blocked: []))
        try await bench.ledger.release(first)
        #expect(try await bench.ledger.orphanedLoads() == [])
        try await bench.ledger.release(second)
        #expect(try await bench.ledger.orphanedLoads() == [load])
    }

    @Test("published tasks that show no life are idle", arguments: WarehouseUnderTest.allCases)
    func idle(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create("2024-01..2024-02")
        let lease = try await bench.lease(load)
        let idle = { try await bench.ledger.idle([0, 1, 2], ofLoad: load, since: .seconds(30)) }
        #expect(try await bench.ledger.markPublished([0, 1], lease: lease))
        #expect(
            try await bench.ledger.states(ofLoad: load) == [.published, .published, .waiting]
        )
        try await bench.pass(.seconds(29))
        #expect(try await idle() == [])
        try await bench.pass(.seconds(2))
        #expect(try await idle() == [0, 1])
        try await bench.holding(LoadTaskID(load: load, ordinal: 1)) { () async throws in
            #expect(try await idle() == [0])
        }
        // What waits for its next attempt is idle half a minute after that was due.
        for _ in 0..<3 {
            _ = try await bench.record(.ofSource, of: LoadTaskID(load: load, ordinal: 0))
        }
        #expect(try await idle() == [1])
        try await bench.pass(.seconds(59))
        #expect(try await idle() == [1])
        try await bench.pass(.seconds(2))
        #expect(try await idle() == [0, 1])
        #expect(try await bench.ledger.markPublished([0], lease: lease))
        #expect(try await idle() == [1])
    }

    @Test(
        "published tasks rest until their next attempt is due, and no others",
        arguments: WarehouseUnderTest.allCases
    )
    func resting(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create("2024-01..2024-02")
        let lease = try await bench.lease(load)
        let task = LoadTaskID(load: load, ordinal: 0)
        let resting = { try await bench.ledger.resting([0, 1, 2], ofLoad: load) }
        #expect(try await bench.ledger.markPublished([0, 1], lease: lease))
        #expect(try await resting() == [])
        // The third failure puts the next attempt off for half a minute.
        for _ in 0..<3 { _ = try await bench.record(.ofSource, of: task) }
        #expect(try await resting() == [0])
        #expect(try await bench.ledger.resting([1, 2], ofLoad: load) == [])
        #expect(try await bench.ledger.resting([], ofLoad: load) == [])
        try await bench.pass(.seconds(28))
        #expect(try await resting() == [0])
        try await bench.set(.waiting, of: task)
        #expect(try await resting() == [])
        try await bench.set(.published, of: task)
        #expect(try await resting() == [0])
        try await bench.pass(.seconds(3))
        #expect(try await resting() == [])
    }

    @Test("what is over is not published again", arguments: WarehouseUnderTest.allCases)
    func over(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let lease = try await bench.lease(load)
        guard case .loaded = await bench.perform(load, 0) else {
            Issue.record("the dimension is not loaded")
            return
        }
        #expect(try await bench.ledger.markPublished([0, 1], lease: lease))
        #expect(try await bench.ledger.states(ofLoad: load) == [.done, .published])
    }

    @Test("a load ends once, with what never runs", arguments: WarehouseUnderTest.allCases)
    func finish(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create("2024-01..2024-02")
        let lease = try await bench.lease(load)
        #expect(try await bench.ledger.markPublished([0, 1], lease: lease))
        await #expect(throws: LedgerWentBack(load: load)) {
            try await bench.ledger.finish(lease, state: .loaded, blocked: [])
        }
        #expect(try await bench.ledger.state(ofLoad: load) == .running)
        #expect(try await bench.ledger.finish(lease, state: .failed, blocked: [1, 2]))
        // Only what waits is blocked: what is published may be with a worker.
        #expect(
            try await bench.ledger.states(ofLoad: load) == [.published, .published, .blocked]
        )
        #expect(try await bench.ledger.state(ofLoad: load) == .failed)
        #expect(try await !bench.ledger.finish(lease, state: .loaded, blocked: []))
        #expect(try await !bench.ledger.markPublished([0], lease: lease))
        #expect(try await bench.ledger.orphanedLoads() == [])
        #expect(
            try await bench.ledger.acquireLease(on: load, owner: "two", for: .seconds(15)) == nil
        )
    }

    @Test(
        "a load that nobody can do fails, as soon as no attempt holds a task of it",
        arguments: WarehouseUnderTest.allCases
    )
    func fail(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create("2024-01..2024-02")
        let lease = try await bench.lease(load)
        guard case .loaded = await bench.perform(load, 0) else {
            Issue.record("the dimension is not loaded")
            return
        }
        #expect(try await bench.ledger.markPublished([1], lease: lease))
        let failure = UnreadableDefinition(load: load, problem: "it is old").taskFailure
        try await bench.holding(LoadTaskID(load: load, ordinal: 1)) { () async throws in
            #expect(try await bench.ledger.fail(lease, with: failure) == .running)
        }
        #expect(try await bench.ledger.states(ofLoad: load) == [.done, .published, .failed])
        #expect(try await bench.ledger.fail(lease, with: failure) == .failed)
        #expect(try await bench.ledger.states(ofLoad: load) == [.done, .failed, .failed])
        #expect(try await bench.ledger.state(ofLoad: load) == .failed)
        #expect(try await bench.ledger.fail(lease, with: failure) == nil)
        #expect(await bench.perform(load, 1) == .failed(failure))
    }

    @Test(
        "the loads of a pipeline that are coordinated know each other",
        arguments: WarehouseUnderTest.allCases
    )
    func beside(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let loads = [
            try await bench.create(), try await bench.create("2024-02"), try await bench.create(),
        ]
        let leases = [try await bench.lease(loads[0]), try await bench.lease(loads[1], as: "two")]
        #expect(try await bench.ledger.loads(besideLoad: loads[1]) == [loads[0], loads[1]])
        #expect(try await bench.ledger.loads(besideLoad: loads[2]) == [loads[0], loads[1]])
        try await bench.ledger.release(leases[0])
        #expect(try await bench.ledger.loads(besideLoad: loads[1]) == [loads[1]])
        try await bench.pass(.seconds(16))
        #expect(try await bench.ledger.loads(besideLoad: loads[1]) == [])
    }

    @Test("fleets are apart", arguments: WarehouseUnderTest.allCases)
    func fleets(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create(of: "other")
        let other = bench.ledger(of: "other")
        #expect(try await bench.ledger.orphanedLoads() == [])
        #expect(try await other.orphanedLoads() == [load])
        await #expect(throws: ForeignLoad(load: load, fleet: "other", own: "longshore")) {
            try await bench.ledger.acquireLease(on: load, owner: "one", for: .seconds(15))
        }
        try await bench.forgetFleets()
        #expect(try await bench.ledger.orphanedLoads() == [load])
        let lease = try #require(
            try await other.acquireLease(on: load, owner: "two", for: .seconds(15))
        )
        try await other.release(lease)
        #expect(try await bench.ledger.orphanedLoads() == [])
        #expect(try await other.orphanedLoads() == [load])
    }

    @Test("orders are told, and taken back", arguments: WarehouseUnderTest.allCases)
    func orders(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 1)
        #expect(try await bench.ledger.interventions(ofLoad: load) == Interventions())
        try await bench.pause(load)
        #expect(try await bench.ledger.interventions(ofLoad: load).pause == .afterRunning)
        #expect(try await bench.ledger.interventions(ofLoads: [load])[load]?.pause == .afterRunning)
        try await bench.resume(load)
        #expect(try await bench.ledger.interventions(ofLoad: load).pause == nil)
        try await bench.cancel(task)
        #expect(try await bench.ledger.interventions(ofLoad: load).cancelled == [1])
        #expect(try await bench.ledger.states(ofLoad: load) == [.waiting, .cancelled])
        try await bench.cancel(load)
        #expect(try await bench.ledger.interventions(ofLoad: load).isCancelled)
        #expect(try await bench.ledger.states(ofLoad: load) == [.cancelled, .cancelled])
        try await bench.retry(load)
        #expect(try await bench.ledger.interventions(ofLoad: load) == Interventions())
        #expect(try await bench.ledger.states(ofLoad: load) == [.waiting, .waiting])
        #expect(try await bench.ledger.orphanedLoads() == [load])
    }

    @Test("who does not wait for the next attempt resumes", arguments: WarehouseUnderTest.allCases)
    func hastened(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let lease = try await bench.lease(load)
        #expect(try await bench.ledger.markPublished([0], lease: lease))
        for _ in 0..<4 {
            _ = try await bench.record(.ofSource, of: LoadTaskID(load: load, ordinal: 0))
        }
        try await bench.pause(load)
        try await bench.resume(load)
        #expect(try await bench.ledger.idle([0], ofLoad: load, since: .seconds(30)) == [0])
        guard case .loaded = await bench.perform(load, 0) else {
            Issue.record("the task waits although somebody resumed it")
            return
        }
    }

    @Test("an older program is refused", arguments: WarehouseUnderTest.allCases)
    func newer(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let lease = try await bench.lease(load)
        try await bench.migrate()
        await #expect(throws: NewerLedger.self) { try await bench.ledger.orphanedLoads() }
        await #expect(throws: NewerLedger.self) {
            try await bench.ledger.renew(lease, for: .seconds(15))
        }
        await #expect(throws: NewerLedger.self) {
            try await bench.ledger.acquireLease(on: load, owner: "two", for: .seconds(15))
        }
        guard case .refused = await bench.perform(load, 0) else {
            Issue.record("the task is not refused")
            return
        }
    }
}

extension TaskFailure {
    static let ofSource = TaskFailure(code: "source.gone", message: "gone", isRetryable: true)
    static let ofServers = TaskFailure(
        code: "postgres.57P01",
        message: "terminated",
        isRetryable: true,
        origin: .servers
    )
}
