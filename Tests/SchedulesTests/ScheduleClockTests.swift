import Rows
import Testing

@testable import Schedules

/// Which firings are written down, and until when each is to be loaded.
@Suite("The clock of a schedule")
struct ScheduleClockTests {
    private func clock(
        _ cron: String = "0 * * * *",
        _ catchUp: Schedule.CatchUp = .last,
        deadline: String? = nil
    ) throws -> ScheduleClock {
        let schedule = Schedule(
            cron: try CronExpression(cron),
            zone: "UTC",
            catchUp: catchUp,
            deadline: deadline.flatMap(TimeOfDay.init)
        )
        return ScheduleClock(schedule, in: .utc)
    }

    private static let hour = 3600

    @Test("before its time nothing is fired")
    func early() throws {
        let due = try clock().due(from: Self.hour, now: Self.hour - 1)
        #expect(due.firings.isEmpty)
        #expect(due.next?.planned == Self.hour)
    }

    @Test(
        "of firings that nobody was there for the last, all or none is made up for",
        arguments: [
            (.last, [true, true, false]), (.all, [false, false, false]),
            (.none, [true, true, true]),
        ] as [(Schedule.CatchUp, [Bool])]
    )
    func catchUp(rule: Schedule.CatchUp, areMissed: [Bool]) throws {
        let due = try clock("0 * * * *", rule).due(from: Self.hour, now: 3 * Self.hour + 61)
        #expect(due.firings.map(\.planned) == [1, 2, 3].map { $0 * Self.hour })
        #expect(due.firings.map(\.isMissed) == areMissed)
        #expect(due.next?.planned == 4 * Self.hour)
    }

    @Test("a minute late is on time", arguments: [Schedule.CatchUp.last, .all, .none])
    func onTime(rule: Schedule.CatchUp) throws {
        let due = try clock("0 * * * *", rule).due(from: Self.hour, now: Self.hour + 60)
        #expect(due.firings.map(\.isMissed) == [false])
    }

    @Test("a long time is made up for in parts, of which only the last one has the last firing")
    func parts() throws {
        let clock = try clock("* * * * *")
        var (first, fired, missed) = (60, 0, 0)
        let now = 1200 * 60
        while first <= now {
            let due = clock.due(from: first, now: now)
            #expect(due.firings.count <= ScheduleClock.batch)
            fired += due.firings.filter { !$0.isMissed }.count
            missed += due.firings.filter(\.isMissed).count
            first = try #require(due.next?.planned)
        }
        #expect(fired == 1)
        #expect(missed == 1199)
    }

    @Test("a deadline is the first such time after the firing")
    func deadline() throws {
        let night = try clock("0 2 * * *", deadline: "06:00")
        #expect(night.next(after: 0)?.deadline == 6 * Self.hour)
        let evening = try clock("0 22 * * *", deadline: "06:00")
        #expect(evening.next(after: 0)?.deadline == 30 * Self.hour)
        let same = try clock("0 6 * * *", deadline: "06:00")
        #expect(same.next(after: 0)?.deadline == 30 * Self.hour)
        #expect(try clock().next(after: 0)?.deadline == nil)
    }

    @Test(
        "what is loaded is written as it is read",
        arguments: ["due", "last 1", "last 28", "last 1000"]
    )
    func periods(text: String) {
        #expect(ScheduledPeriods(text)?.text == text)
    }

    @Test(
        "other words are not read",
        arguments: ["", "all", "last", "last 0", "last 1001", "last  2"]
    )
    func otherPeriods(text: String) {
        #expect(ScheduledPeriods(text) == nil)
    }

    @Test(
        "times of day are read to the minute",
        arguments: [
            ("06:00", "06:00"), ("6:05", "06:05"), ("24:00", nil), ("06:60", nil), ("6", nil),
        ]
    )
    func timesOfDay(text: String, read: String?) {
        #expect(TimeOfDay(text)?.text == read)
    }
}
