import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Calendars", .serialized)
struct CalendarTests {
    private func definition(_ calendar: String) throws -> Definition {
        try .text(
            """
            pipeline: hr
            sources: { drops: { files: data } }
            dimensions:
              date:
                calendar: { from: 2010-01-01, to: 2029-12-31\(calendar) }
            """
        )
    }

    @Test("say of every day of twenty years what Foundation's ISO calendar says")
    func everyDay() async throws {
        let dock = try await Dock()
        #expect(try await dock.load(definition("")).counts("date")?.loaded == 7_305)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let first = try #require(
            calendar.date(from: DateComponents(year: 2010, month: 1, day: 1))
        )
        let expected = (0..<7_305)
            .map { number in
                let day = first + Double(number) * 86_400
                let parts = calendar.dateComponents(
                    [.year, .month, .day, .weekday, .weekOfYear, .yearForWeekOfYear],
                    from: day
                )
                let month = parts.month ?? 0
                let weekday = ((parts.weekday ?? 0) + 5) % 7 + 1
                let fields: [Int?] = [
                    parts.year, (month + 2) / 3, month, parts.day, weekday,
                    parts.yearForWeekOfYear, parts.weekOfYear,
                ]
                return fields.map { "\($0 ?? -1)" }.joined(separator: "|")
                    + (weekday > 5 ? "|t" : "|f")
            }
        #expect(
            try await dock.rows(
                """
                select year, quarter, month, day, weekday, iso_year, iso_week, is_weekend
                from hr.dim_date where date_key > 0 order by date
                """
            ) == expected
        )
    }

    @Test(
        "count fiscal years from their month, and call them by the year in which they end",
        arguments: 1...12
    )
    func fiscal(start: Int) async throws {
        let dock = try await Dock()
        #expect(
            try await dock.load(definition(", fiscal_year_start: \(start)")).failures == []
        )
        let expected = (2010...2029)
            .flatMap { year in
                (1...12)
                    .map { month in
                        let place = (month - start + 12) % 12
                        let ends = start > 1 && month >= start ? year + 1 : year
                        return "\(year)|\(month)|\(ends)|\(place / 3 + 1)|\(place + 1)"
                    }
            }
        #expect(
            try await dock.rows(
                """
                select distinct year, month, fiscal_year, fiscal_quarter, fiscal_month
                from hr.dim_date where date_key > 0 order by 1, 2
                """
            ) == expected
        )
    }

    private let holidays = """
        date,name,region
        2024-12-25,Christmas,
        2024-12-25,Navidad,CO
        2024-07-20,Independence,CO
        2024-07-04,Independence,US
        2024-07-20,Independence,CO
        2035-01-01,Beyond,CO

        """

    private let shown = """
        select date, is_holiday, holiday_name from hr.dim_date
        where date in ('2024-12-25', '2024-07-20', '2024-07-04', '2024-07-05') order by date
        """

    @Test("have holidays from a file: of every region, or of one and those without")
    func holidays() async throws {
        let dock = try await Dock(["holidays.csv": holidays])
        let load = try await dock.load(
            definition(", holidays: { source: drops, csv: holidays.csv }")
        )
        #expect(
            load.counts("date") == RowCounts(read: 7_311, loaded: 7_305, deduplicated: 6)
        )
        #expect(
            try await dock.rows(shown) == [
                "2024-07-04|t|Independence", "2024-07-05|f|∅", "2024-07-20|t|Independence",
                "2024-12-25|t|Christmas, Navidad",
            ]
        )
        #expect(try await dock.row("select count(*) from hr.dim_date where is_holiday") == "3")
        let colombia = try definition(
            ", holidays: { source: drops, csv: holidays.csv, region: CO }"
        )
        #expect(try await dock.load(colombia).failures == [])
        #expect(try await dock.rows(shown)[0] == "2024-07-04|f|∅")
        // A holiday that is withdrawn is none any more.
        try dock.write("holidays.csv", "date,name,region\n2024-07-20,Independence,CO\n")
        #expect(try await dock.load(colombia).failures == [])
        #expect(try await dock.row("select count(*) from hr.dim_date where is_holiday") == "1")
    }

    @Test("that have holidays later gain the columns; rows without date or name are rejected")
    func later() async throws {
        let dock = try await Dock([
            "holidays.csv": "date,name\n2024-07-20,Independence\n,x\n2024-01-32,y\n"
        ])
        #expect(try await dock.load(definition("")).failures == [])
        let load = try await dock.load(
            definition(", holidays: { source: drops, csv: holidays.csv }")
        )
        #expect(
            load.counts("date")
                == RowCounts(read: 7_308, loaded: 7_305, rejected: 2, deduplicated: 1)
        )
        #expect(try await dock.rows(shown)[2] == "2024-07-20|t|Independence")
    }

    @Test("keep rejects of holidays as their file writes them")
    func rejects() async throws {
        let dock = try await Dock(["holidays.csv": "date;name\n2024-07-20;Independence\n;x\n"])
        let calendar = ", holidays: { source: drops, csv: holidays.csv, delimiter: \";\" }"
        #expect(try await dock.load(definition(calendar)).failures == [])
        let rows = try await dock.ledger.rejects.rows(RejectFilter(), limit: 10)
        let fields = rows.map { $0.fields?.map { String(decoding: $0, as: UTF8.self) } }
        #expect(fields == [["", "x"]])
    }

    @Test("refuse an empty file of holidays, and a region where there are none")
    func refused() async throws {
        let dock = try await Dock(["holidays.csv": "date,name\n"])
        let plain = ", holidays: { source: drops, csv: holidays.csv }"
        #expect(
            try await dock.load(definition(plain)).failure("date")?.message.contains("has no rows")
                == true
        )
        let region = ", holidays: { source: drops, csv: holidays.csv, region: CO }"
        #expect(
            try await dock.load(definition(region)).failure("date")?.message
                == "the holidays of `dim_date` have no column `region`, and the definition "
                + "wants those of one region: leave `region` out, or add the column"
        )
    }
}
