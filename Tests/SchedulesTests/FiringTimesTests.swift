import Extraction
import Rows
import Testing

@testable import Schedules

/// When a schedule is fired where clocks are changed.
@Suite("The times of firings")
struct FiringTimesTests {
    private func times(_ cron: String, _ zone: String) throws -> FiringTimes {
        FiringTimes(try CronExpression(cron), in: try table(zone))
    }

    private func table(_ zone: String) throws -> ZoneTable {
        try #require(try ZoneTables.load([zone])[zone])
    }

    /// The firings of some hours from midnight on, as minutes after it in real time.
    private func minutes(
        _ cron: String,
        _ zone: String,
        day: Int,
        hours: Int = 24
    ) throws -> [Int] {
        let midnight = try table(zone).firstInstant(of: day * 86_400)
        return try times(cron, zone)
            .times(after: midnight - 1, through: midnight + hours * 3600 - 1, limit: 2000)
            .map { ($0 - midnight) / 60 }
    }

    /// 2024-03-10, when clocks go from 02:00 to 03:00 in New York, and 2024-11-03, when they go back.
    private static let (spring, autumn) = (19_792, 20_030)

    @Test("a time that does not exist is fired when the clock goes on, once")
    func skipped() throws {
        #expect(try minutes("30 2 * * *", "America/New_York", day: Self.spring) == [120])
        #expect(try minutes("*/20 2 * * *", "America/New_York", day: Self.spring) == [120])
        #expect(try minutes("0 2,3 * * *", "America/New_York", day: Self.spring) == [120])
    }

    @Test("a time that comes twice is fired once, the first time")
    func doubled() throws {
        #expect(try minutes("30 1 * * *", "America/New_York", day: Self.autumn) == [90])
        #expect(
            try minutes("0,30 1,2 * * *", "America/New_York", day: Self.autumn) == [
                60, 90, 180, 210,
            ]
        )
    }

    @Test("what is fired in every hour goes on through an hour that comes twice")
    func everyHour() throws {
        #expect(
            try minutes("30 * * * *", "America/New_York", day: Self.autumn, hours: 4)
                == [30, 90, 150, 210]
        )
        #expect(
            try minutes("* * * * *", "America/New_York", day: Self.autumn, hours: 25)
                == Array(0..<1500)
        )
        #expect(
            try minutes("* * * * *", "America/New_York", day: Self.spring, hours: 23)
                == Array(0..<1380)
        )
    }

    @Test("clocks that are changed by half an hour skip and double half an hour")
    func lordHowe() throws {
        // 2024-10-06, from 02:00 to 02:30, and 2024-04-07, from 02:00 to 01:30.
        #expect(try minutes("15 2 * * *", "Australia/Lord_Howe", day: 20_002) == [120])
        #expect(try minutes("45 1 * * *", "Australia/Lord_Howe", day: 19_820) == [105])
        #expect(
            try minutes("45 * * * *", "Australia/Lord_Howe", day: 19_820, hours: 3)
                == [45, 105, 135]
        )
    }

    @Test("a day that a zone skips is fired once, when the next one begins")
    func skippedDay() throws {
        // Samoa went from the end of 2011-12-29 to the beginning of 2011-12-31.
        let firings = try times("0 5,6 * * *", "Pacific/Apia")
        let noon = try table("Pacific/Apia").firstInstant(of: 15_337 * 86_400 + 43_200)
        let local = firings.times(after: noon, through: noon + 86_400, limit: 10)
            .map(firings.localTime)
        #expect(local == ["2011-12-31 00:00", "2011-12-31 05:00", "2011-12-31 06:00"])
    }

    @Test(
        "firings are those that minute by minute are found",
        arguments: [
            "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Bogota",
            "Africa/Casablanca", "Asia/Beirut",
        ]
    )
    func bruteForce(zone: String) throws {
        var draft = CronDraft(seed: UInt64(zone.utf8.count))
        for _ in 0..<15 {
            let text = draft.next()
            let cron = try CronExpression(text)
            let firings = FiringTimes(cron, in: try table(zone))
            let minutes = EveryMinute(text, zone: zone)
            for start in [draft.springOrAutumn(), draft.springOrAutumn()] {
                let end = start + 2 * 86_400
                #expect(
                    firings.times(after: start, through: end, limit: .max)
                        == minutes.firings(after: start, through: end),
                    "`\(text)` from \(start)"
                )
            }
        }
    }
}
