import Ledger
import Planning
import Rows
import Schedules
import StarSchema
import Testing

/// What every ledger of schedules does, the twin of the simulation and the real one alike.
@Suite("Every ledger of schedules", .serialized)
struct ScheduleConformanceTests {
    @Test(
        "a schedule is due from its time on, for its fleet, while nobody has paused it",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func due(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        #expect(try await bench.ledger.dueSchedules() == [])
        try await bench.put(-2, .skip)
        #expect(try await bench.ledger.dueSchedules() == [])
        try await bench.put(3, .skip)
        let due = try #require(try await bench.ledger.dueSchedules().first)
        #expect(due.pipeline == "shop")
        #expect(due.schedule.cron.text == "* * * * *")
        #expect(due.now - due.next >= 180)
        #expect(try await bench.ledger(of: "other").dueSchedules() == [])
        try await bench.pause()
        #expect(try await bench.ledger.dueSchedules() == [])
    }

    @Test(
        "who is first writes firings down; whoever comes later writes nothing",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func writtenOnce(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(2, .skip)
        let seen = try #require(try await bench.ledger.dueSchedules().first)
        let clock = ScheduleClock(seen.schedule, in: .utc)
        let firings = clock.due(from: seen.next, now: seen.next + 60)
        #expect(try await bench.ledger.write(firings, of: seen, by: "one"))
        #expect(try await !bench.ledger.write(firings, of: seen, by: "two"))
        let open = [0, 1].map { FoundFiring(minute: $0, state: .open) }
        #expect(try await bench.firings() == open)
        let now = try #require(try await bench.ledger.dueSchedules().first)
        #expect(now.next == seen.next + 120)
        var changed = now
        changed.schedule.cron = try CronExpression("@daily")
        #expect(try await !bench.ledger.write(firings, of: changed, by: "one"))
        // What was written down stays so, whatever is next.
        try await bench.put(2, .skip)
        try await bench.writeDue()
        #expect(try await bench.firings().prefix(2) == open[...])
    }

    @Test(
        "a firing that is missed is written down, and taken by nobody",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func missed(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(3, .skip)
        let count = try await bench.writeDue(.last)
        let states = try await bench.firings().map(\.state)
        #expect(states == Array(repeating: .missed, count: count - 1) + [.open])
        #expect(try await bench.take() != nil)
        #expect(try await bench.take() == nil)
    }

    @Test(
        "the oldest open firing is one coordinator's until its lease ends",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func leases(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(2, .queue)
        try await bench.writeDue()
        let first = try #require(try await bench.take())
        #expect(first.pipeline == "shop")
        #expect(first.overlap == .queue)
        #expect(first.periods == .due)
        #expect(try await bench.take(by: "two") == nil)
        #expect(try await bench.ledger(of: "other").takeFiring(by: "x", for: .seconds(1)) == nil)
        #expect(try await bench.ledger.renew(first.lease, for: .seconds(15)))
        try await bench.endLeases()
        let second = try #require(try await bench.take(by: "two"))
        #expect(second.planned == first.planned)
        #expect(second.lease.epoch > first.lease.epoch)
        #expect(try await !bench.ledger.renew(first.lease, for: .seconds(15)))
        #expect(try await !bench.ledger.end(first.lease, as: .nothingDue(awaited: nil)))
        #expect(try await bench.ledger.end(second.lease, as: .nothingDue(awaited: nil)))
        #expect(try await !bench.ledger.end(second.lease, as: .refused("late")))
        let third = try #require(try await bench.take())
        #expect(third.planned == first.planned + 60)
        #expect(
            try await bench.firings().prefix(2).map(\.state) == [.nothingDue, .open]
        )
    }

    @Test(
        "a load is created with the end of its firing, once; who was overtaken creates none",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func created(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(1, .skip)
        try await bench.writeDue()
        let overtaken = try #require(try await bench.take())
        try await bench.endLeases()
        let firing = try #require(try await bench.take(by: "two"))
        let (request, graph) = try bench.request()
        await #expect(throws: FiringTaken.self) {
            try await bench.creator(for: overtaken.lease).create(request, tasks: graph.tasks)
        }
        #expect(try await bench.ledger.orphanedLoads() == [])
        #expect(try await bench.ledger.runningLoad(ofPipeline: "shop") == nil)
        let load = try await bench.creator(for: firing.lease).create(request, tasks: graph.tasks)
        await #expect(throws: FiringTaken.self) {
            try await bench.creator(for: firing.lease).create(request, tasks: graph.tasks)
        }
        #expect(try await bench.ledger.orphanedLoads() == [load])
        #expect(try await bench.ledger.runningLoad(ofPipeline: "shop") == load)
        #expect(try await bench.ledger.runningLoad(ofPipeline: "other") == nil)
        #expect(
            try await bench.firings().first == FoundFiring(minute: 0, state: .loaded, load: load)
        )
        let next = try #require(try await bench.take())
        #expect(try await bench.ledger.end(next.lease, as: .skipped(load)))
        #expect(
            try await bench.firings().prefix(2).last
                == FoundFiring(minute: 1, state: .skipped, load: load)
        )
    }

    @Test(
        "of two firings that are held at once one creates a load; the other one is told of it",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func overlap(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(1, .skip)
        try await bench.writeDue()
        let scheduled = try #require(try await bench.take())
        try await bench.fire()
        let byHand = try #require(try await bench.take(by: "two"))
        let (request, graph) = try bench.request()
        let load = try await bench.creator(for: byHand.lease).create(request, tasks: graph.tasks)
        await #expect(throws: FiringOverlap(load: load)) {
            try await bench.creator(for: scheduled.lease).create(request, tasks: graph.tasks)
        }
        #expect(try await bench.ledger.orphanedLoads() == [load])
        #expect(try await bench.ledger.end(scheduled.lease, as: .skipped(load)))
    }

    @Test(
        "a firing that is put off is taken by nobody until then",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func putOff(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(1, .queue)
        try await bench.writeDue()
        let firing = try #require(try await bench.take())
        try await bench.ledger.putOff(firing.lease, for: .seconds(10))
        #expect(try await bench.take() == nil)
        try await bench.endLeases()
        let again = try #require(try await bench.take())
        #expect(again.planned == firing.planned)
    }

    @Test(
        "what a person fires waits for no other firing and no pause",
        arguments: ScheduleLedgerUnderTest.allCases
    )
    func byHand(_ kind: ScheduleLedgerUnderTest) async throws {
        let bench = try await kind.make()
        try await bench.put(1, .queue)
        try await bench.writeDue()
        try await bench.pause()
        #expect(try await bench.take() == nil)
        try await bench.fire()
        let firing = try #require(try await bench.take())
        #expect(firing.pipeline == "shop")
        #expect(try await bench.take() == nil)
    }
}
