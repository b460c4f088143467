import Testing

@testable import Rows

@Suite("Zones")
struct ZoneTests {
    private static let hour: Int64 = 3_600_000_000
    private static let day = 24 * hour
    /// 2000-01-01 counted from 1970-01-01.
    private static let millennium = 10_957

    @Test("changes written out come before the rule")
    func transitions() throws {
        let file = ZoneFixtures.file(
            offsets: [3600, 7200],
            transitions: [(second: 946_684_800, type: 1)],
            rule: "EET-2"
        )
        let zone = try ZoneTable(name: "Test/Zone", tzif: file)
        #expect(zone.startOfDay(Self.millennium - 1) == -Self.day - Self.hour)
        #expect(zone.startOfDay(Self.millennium + 1) == Self.day - 2 * Self.hour)
    }

    @Test("a day whose midnight is skipped begins where the gap ends")
    func skippedMidnight() {
        // Clocks go forward at midnight that begins the first Sunday of March 2000, the 5th.
        let zone = ZoneFixtures.zone("Test/Gap", offset: 0, rule: "AAA0BBB,M3.1.0/0,M11.1.0/0")
        let sunday = Self.millennium + 64
        #expect(zone.startOfDay(sunday) == 64 * Self.day)
        #expect(zone.startOfDay(sunday + 1) == 65 * Self.day - Self.hour)
    }

    /// Clocks that go forward or back around midnight: Havana's, those of Newfoundland until 2011 in autumn, Beirut's, and others.
    private static let midnights = [
        "CST5CDT,M3.2.0/0,M11.1.0/1", "NST3:30NDT,M4.1.0,M10.5.0/0:01",
        "EET-2EEST,M3.5.0/0,M10.5.0/0", "AAA0BBB,M3.1.0/23:30,M11.1.0/0:30",
        "AAA0BBB,M3.1.0/23,M11.1.0/23", "EST5EDT,M3.2.0,M11.1.0",
    ]

    @Test(
        "a day begins on the clock with the first time that is read as none of the day before",
        arguments: midnights,
        LocalTimeRule.allCases
    )
    func firstTime(rule: String, reading: LocalTimeRule) throws {
        let zone = ZoneFixtures.zone("Test/Midnight", offset: 0, rule: rule)
        var misread: [Int] = []
        for day in Self.millennium..<(Self.millennium + 366) {
            let start = Int(zone.startOfDay(day) / 1_000_000) + 946_684_800
            let shown = zone.startOfDay(day, gap: reading, overlap: reading)
            for local in stride(from: day * 86_400 - 7_200, to: day * 86_400 + 7_200, by: 60) {
                let offset: Int? =
                    switch (zone.stretch(at: local), reading) {
                    case (.single(let segment), _): segment.offset
                    case (.gap(_, let after), .earlier): after
                    case (.gap(let before, _), .later): before
                    case (.overlap(let before, _), .earlier): before
                    case (.overlap(_, let after), .later): after
                    case (_, .reject): nil
                    }
                guard let offset, (local - offset >= start) != (local >= shown) else { continue }
                misread.append(local)
            }
        }
        #expect(misread == [])
    }

    @Test(
        "rules in every notation are read",
        arguments: [
            ("<-05>5", 5), ("IST-5:30", -5.5), ("<+0545>-5:45", -5.75), ("UTC0", 0),
            // 1 July 2000 lies in the northern summer time …
            ("CET-1CEST,M3.5.0,M10.5.0/3", -2), ("XXX3YYY2,J60/0,J300/0", 2),
            ("XXX3YYY2,59/0,299/0", 2), ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1),
            // … and outside of the southern one.
            ("NZST-12NZDT,M9.5.0,M4.1.0/3", -12),
        ] as [(String, Double)]
    )
    func rules(rule: String, hoursWest: Double) throws {
        let zone = try ZoneTable(
            name: "Test/Rule",
            tzif: ZoneFixtures.file(offsets: [0], rule: rule)
        )
        let july = zone.startOfDay(Self.millennium + 182)
        #expect(Double(july - 182 * Self.day) / Double(Self.hour) == hoursWest)
    }

    @Test("files that are cut, old, or no zone files are refused")
    func badFiles() {
        let good = ZoneFixtures.file(offsets: [0], rule: "UTC0")
        let old = Array("TZif\0".utf8) + good[5...]
        for bytes in [Array(good[..<60]), old, Array("hello".utf8), []] {
            #expect(throws: ZoneFileError.self) { try ZoneTable(name: "Test/Bad", tzif: bytes) }
        }
        #expect(throws: ZoneFileError.self) {
            try ZoneTable(name: "Test/Bad", tzif: ZoneFixtures.file(offsets: [0], rule: "M3"))
        }
    }

    @Test("bytes at random are refused or read, never a crash")
    func randomFiles() {
        var random = Xorshift(seed: 7)
        let good = ZoneFixtures.file(
            offsets: [0, 3600],
            transitions: [(second: 0, type: 1)],
            rule: "CET-1CEST,M3.5.0,M10.5.0/3"
        )
        for _ in 0..<300 {
            var bytes = good
            for _ in 0..<3 { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            _ = try? ZoneTable(name: "Test/Random", tzif: bytes).startOfDay(Self.millennium)
        }
    }
}
