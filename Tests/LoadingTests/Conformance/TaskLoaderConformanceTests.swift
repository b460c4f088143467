import Ledger
import Pipelines
import Planning
import TestSupport
import Testing

/// What every task loader does, the twin of the simulation and the real one alike.
@Suite("Every task loader", .serialized)
struct TaskLoaderConformanceTests {
    @Test("a task is loaded once", arguments: WarehouseUnderTest.allCases)
    func once(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        #expect(await bench.perform(load, 0).word == "loaded")
        #expect(await bench.perform(load, 0) == .alreadyDone)
        #expect(await bench.perform(load, 1).word == "loaded")
        #expect(try await bench.ledger.states(ofLoad: load) == [.done, .done])
    }

    @Test("a message that names no task fails for good", arguments: WarehouseUnderTest.allCases)
    func unknown(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        #expect(await bench.perform(load, 7).word == "failed")
        #expect(await bench.perform(999, 0).word == "failed")
        let verdict = try await bench.record(.ofSource, of: LoadTaskID(load: 999, ordinal: 0))
        #expect(verdict == .settled)
    }

    @Test("a task that needs what is not done comes back", arguments: WarehouseUnderTest.allCases)
    func needs(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        #expect(await bench.perform(load, 1) == .busy)
        #expect(try await bench.ledger.states(ofLoad: load) == [.waiting, .waiting])
    }

    @Test("a task that another attempt holds comes back", arguments: WarehouseUnderTest.allCases)
    func busy(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 0)
        try await bench.holding(task) { () async throws in
            #expect(await bench.perform(load, 0) == .busy)
            #expect(try await bench.record(.ofSource, of: task) == .retry(.second))
            #expect(try await bench.recordCrash(of: task) == nil)
        }
        #expect(await bench.perform(load, 0).word == "loaded")
    }

    @Test(
        "what never runs is settled: there is nothing to do",
        arguments: WarehouseUnderTest.allCases
    )
    func blocked(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        try await bench.set(.blocked, of: LoadTaskID(load: load, ordinal: 1))
        #expect(await bench.perform(load, 1) == .alreadyDone)
        #expect(try await bench.ledger.states(ofLoad: load) == [.waiting, .blocked])
    }

    @Test("what is cancelled is not loaded", arguments: WarehouseUnderTest.allCases)
    func cancelled(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        try await bench.cancel(LoadTaskID(load: load, ordinal: 1))
        #expect(await bench.perform(load, 1) == .cancelled)
        // Cancelled with its load while an attempt held it: the next one says so.
        try await bench.holding(LoadTaskID(load: load, ordinal: 0)) { () async throws in
            try await bench.cancel(load)
        }
        #expect(try await bench.ledger.states(ofLoad: load) == [.waiting, .cancelled])
        #expect(await bench.perform(load, 0) == .cancelled)
        #expect(try await bench.ledger.states(ofLoad: load) == [.cancelled, .cancelled])
    }

    @Test("a newer load's periods are left to it", arguments: WarehouseUnderTest.allCases)
    func superseded(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let older = try await bench.create()
        let newer = try await bench.create()
        #expect(await bench.perform(newer, 0).word == "loaded")
        #expect(await bench.perform(older, 0) == .superseded)
        #expect(await bench.perform(older, 1) == .superseded)
        #expect(await bench.perform(older, 1) == .superseded)
        #expect(await bench.perform(newer, 1).word == "loaded")
        #expect(try await bench.ledger.states(ofLoad: older) == [.superseded, .superseded])
    }

    @Test(
        "an older load's dimension is loaded while no newer one has it",
        arguments: WarehouseUnderTest.allCases
    )
    func olderDimension(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let older = try await bench.create()
        _ = try await bench.create()
        // Its facts may still need it.
        #expect(await bench.perform(older, 0).word == "loaded")
        #expect(await bench.perform(older, 1) == .superseded)
    }

    @Test("what is paused does not begin", arguments: WarehouseUnderTest.allCases)
    func paused(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        try await bench.pause(load)
        #expect(await bench.perform(load, 0) == .paused)
        try await bench.resume(load)
        #expect(await bench.perform(load, 0).word == "loaded")
    }

    @Test("failures have a budget and growing delays", arguments: WarehouseUnderTest.allCases)
    func budget(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 0)
        for tier in [RetryTier.second, .fiveSeconds, .halfMinute, .twoMinutes] {
            #expect(try await bench.record(.ofSource, of: task) == .retry(tier))
        }
        #expect(try await bench.record(.ofSource, of: task) == .final)
        #expect(try await bench.record(.ofSource, of: task) == .settled)
        #expect(await bench.perform(load, 0).word == "failed")
        #expect(try await bench.ledger.states(ofLoad: load)[0] == .failed)
        let hopeless = TaskFailure(code: "audit.rows", message: "none", isRetryable: false)
        let other = LoadTaskID(load: load, ordinal: 1)
        #expect(try await bench.record(hopeless, of: other) == .final)
    }

    @Test("deaths of workers have a budget of their own", arguments: WarehouseUnderTest.allCases)
    func crashes(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 0)
        let crash = {
            try await bench.pass(.seconds(6))
            try await bench.die(in: task)
            return try await bench.recordCrash(of: task, most: 3)
        }
        #expect(try await bench.record(.ofSource, of: task) == .retry(.second))
        #expect(try await crash() == .retry(.second))
        #expect(try await crash() == .retry(.second))
        #expect(try await crash() == .final)
        #expect(try await crash() == nil)
        #expect(await bench.perform(load, 0).word == "failed")
    }

    @Test(
        "a death is an attempt that has begun and did not end",
        arguments: WarehouseUnderTest.allCases
    )
    func deaths(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 0)
        #expect(try await bench.recordCrash(of: task) == nil)
        #expect(try await bench.recordCrash(of: LoadTaskID(load: 999, ordinal: 0)) == nil)
        try await bench.die(in: task)
        #expect(try await bench.recordCrash(of: task) == .retry(.second))
        #expect(await bench.perform(load, 0).word == "early")
        // It counts once.
        #expect(try await bench.recordCrash(of: task) == nil)
        // Nor do attempts count that have ended: with a failure, paused, too early for their needs, with success.
        try await bench.pass(.seconds(6))
        _ = try await bench.record(.ofSource, of: task)
        try await bench.pass(.seconds(6))
        try await bench.pause(load)
        #expect(await bench.perform(load, 0) == .paused)
        try await bench.resume(load)
        #expect(await bench.perform(load, 1) == .busy)
        #expect(try await bench.recordCrash(of: LoadTaskID(load: load, ordinal: 1)) == nil)
        #expect(try await bench.recordCrash(of: task) == nil)
        #expect(await bench.perform(load, 0).word == "loaded")
        #expect(try await bench.recordCrash(of: task) == nil)
    }

    @Test("failures of the servers have none", arguments: WarehouseUnderTest.allCases)
    func outages(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 0)
        for number in 1...9 {
            let tier: RetryTier = number == 1 ? .second : number <= 3 ? .fiveSeconds : .halfMinute
            #expect(try await bench.record(.ofServers, of: task) == .retry(tier))
        }
        #expect(try await bench.record(.ofSource, of: task) == .retry(.second))
        try await bench.pass(.seconds(2))
        #expect(await bench.perform(load, 0).word == "loaded")
    }

    @Test("nothing begins before its time", arguments: WarehouseUnderTest.allCases)
    func early(_ kind: WarehouseUnderTest) async throws {
        let bench = try await kind.make()
        let load = try await bench.create()
        let task = LoadTaskID(load: load, ordinal: 0)
        for _ in 0..<4 { _ = try await bench.record(.ofSource, of: task) }
        // Two minutes: one message goes back for two minutes or, when some have passed, for less.
        try await bench.pass(.seconds(10))
        #expect(await bench.perform(load, 0).word == "early")
        #expect(await bench.perform(load, 0).word == "redundant")
        try await bench.pass(.seconds(29))
        #expect(await bench.perform(load, 0).word == "redundant")
        try await bench.pass(.seconds(2))
        #expect(await bench.perform(load, 0).word == "early")
        try await bench.pass(.seconds(120))
        #expect(await bench.perform(load, 0).word == "loaded")
    }
}

extension TaskOutcome {
    /// Its case, without what differs from run to run.
    var word: String {
        switch self {
        case .loaded: "loaded"
        case .alreadyDone: "alreadyDone"
        case .superseded: "superseded"
        case .busy: "busy"
        case .early: "early"
        case .redundant: "redundant"
        case .crowded: "crowded"
        case .refused: "refused"
        case .retryable: "retryable"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .paused: "paused"
        }
    }
}
