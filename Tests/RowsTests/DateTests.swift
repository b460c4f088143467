import Rows
import Testing
import Words

@Suite("Dates and times")
struct DateTests {
    private let newYork = ZoneFixtures.newYork
    private let slash = DateFormat("d/M/yyyy")

    @Test(
        "a date is days since 2000-01-01",
        arguments: [
            ("2000-01-01", 0), ("1999-12-31", -1), ("2000-02-29", 59), ("2024-02-29", 8825),
            ("1970-01-01", -10957), ("0001-01-01", -730_119), ("9999-12-31", 2_921_939),
        ] as [(String, Int64)]
    )
    func date(text: String, days: Int64) throws {
        let result = try encode(text, as: .date(format: .isoDate))
        #expect(result.bytes?.count == 4)
        #expect(result.number == days)
    }

    @Test(
        "days that no calendar has, and other formats, are refused with value and format",
        arguments: [
            "2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00",
            "0000-01-01", "24-01-01", "2024-1-1", "2024/01/01", "20240101", "2024-01-01 ",
            "2024-01-0a", "10000-01-01", "-001-01-01",
        ]
    )
    func badDate(text: String) throws {
        let result = try encode(text, as: .date(format: .isoDate))
        #expect(result.rule == "date")
        #expect(result.reason?.contains("`\(text)`") == true)
        #expect(result.reason?.contains("`yyyy-MM-dd`") == true)
    }

    @Test(
        "a date may be written with a month's name, two digits of the year, or as a month",
        arguments: [
            ("dd-MMM-yyyy", "02-Jan-2000", 1), ("d-MMM-yyyy", "31-DEC-1999", -1),
            ("MMMyyyy", "feb2000", 31), ("dd/MM/yy{1950}", "01/01/49", 17_898),
            ("dd/MM/yy{1950}", "01/01/50", -18_262), ("yyMMdd", nil, 0),
            ("yy{2000}MMdd", "000103", 2),
            ("yyyyMM", "200002", 31), ("yyyy-MM", "1999-12", -31), ("epoch_s", "946684800", 0),
            ("epoch_s", "946684799", -1), ("epoch_ms", "946771200999", 1),
            ("epoch_s", "-1", -10_958),
        ] as [(String, String?, Int64)]
    )
    func otherFormats(format: String, text: String?, days: Int64) throws {
        guard let text else {
            #expect(DateFormat(format).problem?.contains("century") == true)
            return
        }
        #expect(try encode(text, as: .date(format: DateFormat(format))).number == days)
    }

    @Test(
        "another text than such a format says is refused",
        arguments: [
            ("dd-MMM-yyyy", "02-Ene-2000"), ("dd-MMM-yyyy", "02-Ja"),
            ("dd/MM/yy{1950}", "01/01/1950"),
            ("yyyyMM", "200013"), ("yyyyMM", "20000101"), ("epoch_s", ""), ("epoch_s", "1.5"),
            ("epoch_s", "9999999999999999"), ("epoch_s", "999999999999999"), ("epoch_ms", "-"),
            ("epoch_s", "- 1"), ("epoch_s", "+1"),
        ]
    )
    func badFormats(format: String, text: String) throws {
        let type = ColumnType.date(format: DateFormat(format))
        #expect(try encode(text, as: type).rule == (text.isEmpty ? nil : "date"))
    }

    @Test(
        "a time may have a fraction or not, and be counted from 1970",
        arguments: [
            ("yyyy-MM-dd HH:mm:ss[.SSSSSS]", "2000-01-01 00:00:01", 1_000_000),
            ("yyyy-MM-dd HH:mm:ss[.SSSSSS]", "2000-01-01 00:00:01.5", 1_500_000),
            ("yyyy-MM-dd HH:mm:ss[.SSSSSS]X", "2000-01-01 01:00:01.000007+01", 1_000_007),
            ("HH:mm:ss[,SSS] dd/MM/yyyy", "00:00:00,120 01/01/2000", 120_000),
            ("epoch_s", "946684801", 1_000_000), ("epoch_ms", "946684800001", 1_000),
            ("epoch_ms", "946684799999", -1_000), ("epoch_ms", "-1", -946_684_800_001_000),
        ] as [(String, String, Int64)]
    )
    func otherTimes(format: String, text: String, microseconds: Int64) throws {
        let type = ColumnType.timestamp(format: DateFormat(format), zone: "UTC")
        #expect(try encode(text, as: type).number == microseconds)
    }

    @Test("a date may be written without zeros where its format says so")
    func shortLetters() throws {
        #expect(try encode("1/2/2000", as: .date(format: slash)).number == 31)
        #expect(try encode("01/12/2000", as: .date(format: slash)).number == 335)
        #expect(try encode("1/2/00", as: .date(format: slash)).rule == "date")
        #expect(try encode("001/2/2000", as: .date(format: slash)).rule == "date")
    }

    @Test("a date's format may have a time, which is checked and left out")
    func dateOfTime() throws {
        let type = ColumnType.date(format: .isoTimestamp)
        #expect(try encode("2000-01-02 23:59:59", as: type).number == 1)
        #expect(try encode("2000-01-02 24:00:00", as: type).rule == "date")
    }

    @Test(
        "a timestamp in UTC is microseconds since 2000-01-01",
        arguments: [
            ("2000-01-01 00:00:00", 0), ("2000-01-01 00:00:01", 1_000_000),
            ("1999-12-31 23:59:59", -1_000_000), ("2024-07-01 12:30:45", 773_152_245_000_000),
            ("9999-12-31 23:59:59", 252_455_615_999_000_000),
        ] as [(String, Int64)]
    )
    func timestamp(text: String, microseconds: Int64) throws {
        let type = ColumnType.timestamp(format: .isoTimestamp, zone: "UTC")
        #expect(try encode(text, as: type) == .value(bigEndian(microseconds)))
    }

    @Test(
        "24:00, leap seconds and minutes beyond 59 are refused",
        arguments: ["2024-01-01 24:00:00", "2016-12-31 23:59:60", "2024-01-01 10:60:00"]
    )
    func badTime(text: String) throws {
        let result = try encode(text, as: .timestamp(format: .isoTimestamp, zone: "UTC"))
        #expect(result.rule == "timestamp")
        #expect(result.reason?.contains("`\(text)`") == true)
        #expect(result.reason?.contains("`yyyy-MM-dd HH:mm:ss`") == true)
    }

    @Test("fractions of a second keep their digits")
    func fraction() throws {
        let millis = ColumnType.timestamp(
            format: DateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS"),
            zone: "UTC"
        )
        #expect(try encode("2000-01-01T00:00:00.125", as: millis).number == 125_000)
        let micros = ColumnType.timestamp(format: DateFormat("yyyyMMddHHmmssSSSSSS"), zone: "UTC")
        #expect(try encode("20000101000000000001", as: micros).number == 1)
        #expect(try encode("2000-01-01T00:00:00.12x", as: millis).rule == "timestamp")
    }

    @Test("an offset in the text decides, whatever the zone")
    func offset() throws {
        let type = ColumnType.timestamp(
            format: DateFormat("yyyy-MM-dd HH:mm:ssXXX"),
            zone: "America/New_York"
        )
        let zones = ["America/New_York": newYork]
        let hour: Int64 = 3_600_000_000
        #expect(try encode("2000-01-01 00:00:00Z", as: type, zones: zones).number == 0)
        #expect(try encode("2000-01-01 00:00:00+01:00", as: type, zones: zones).number == -hour)
        #expect(
            try encode("2000-01-01 00:00:00-05:30", as: type, zones: zones).number == hour * 11 / 2
        )
        #expect(try encode("2000-01-01 00:00:00+1", as: type, zones: zones).rule == "timestamp")
        #expect(try encode("2000-01-01 00:00:00+0100", as: type, zones: zones).rule == "timestamp")
    }

    @Test("the short offset letter reads what Postgres prints")
    func shortOffset() throws {
        let type = ColumnType.timestamp(format: DateFormat("yyyy-MM-dd HH:mm:ssX"), zone: "UTC")
        let hour: Int64 = 3_600_000_000
        #expect(try encode("2000-01-01 00:00:00+00", as: type).number == 0)
        #expect(try encode("2000-01-01 00:00:00-05", as: type).number == 5 * hour)
        #expect(try encode("2000-01-01 00:00:00+0530", as: type).number == -hour * 11 / 2)
    }

    @Test("a local time is read with its zone's offset on that day")
    func zone() throws {
        let type = ColumnType.timestamp(format: .isoTimestamp, zone: "America/New_York")
        let zones = ["America/New_York": newYork]
        func hours(_ text: String) throws -> Int64? {
            try encode(text, as: type, zones: zones).number.map { $0 / 3_600_000_000 }
        }
        #expect(try hours("2000-01-01 00:00:00") == 5)
        #expect(try hours("2000-07-01 00:00:00") == 182 * 24 + 4)
        // Beyond the file's last change, by its rule.
        #expect(try hours("2100-07-01 00:00:00") == (36_525 + 181) * 24 + 4)
    }

    @Test("a time that clocks skip is refused, one that they show twice is the first")
    func gapAndOverlap() throws {
        let type = ColumnType.timestamp(format: .isoTimestamp, zone: "America/New_York")
        let zones = ["America/New_York": newYork]
        let gap = try encode("2024-03-10 02:30:00", as: type, zones: zones)
        #expect(gap.rule == "timestamp")
        #expect(gap.reason?.contains("America/New_York") == true)
        let before = try encode("2024-03-10 01:59:59", as: type, zones: zones).number
        let after = try encode("2024-03-10 03:00:00", as: type, zones: zones).number
        #expect(try #require(after) - #require(before) == 1_000_000)
        // 01:30 comes at -04:00 and again at -05:00.
        let twice = try encode("2024-11-03 01:30:00", as: type, zones: zones).number
        let midnight = try encode("2024-11-03 00:00:00", as: type, zones: zones).number
        #expect(try #require(twice) - #require(midnight) == 5_400_000_000)
    }

    @Test("the gap is refused also right after a value of the same stretch")
    func gapAfterCachedStretch() throws {
        let column = plan("v", .timestamp(format: .isoTimestamp, zone: "America/New_York"))
        var harness = Harness(
            try RowEncoder(
                layout: RowLayout([.value(column)]),
                header: ["v"],
                zones: ["America/New_York": newYork]
            )
        )
        harness.encode(
            batch([
                ["2024-03-10 01:00:00"], ["2024-03-10 02:00:00"], ["2024-03-10 03:00:00"],
                ["2024-03-10 02:59:59"], ["2024-11-03 01:00:00"],
            ])
        )
        #expect(harness.rejects.map(\.line) == [3, 5])
    }

    @Test(
        "a format that could not be read is told, with what is wrong",
        arguments: [
            ("yyyy-dd", "month"), ("yyyyMM HH", "day"), ("dd.MM.yy", "yy"),
            ("yyyy-MM-dd hh:mm", "hh"),
            ("yyyy-MM-dd yyyy", "twice"), ("yyyy-MM-dd 'T", "quote"), ("yyyy-MM-dd mm", "hour"),
        ]
    )
    func badFormat(pattern: String, hint: String) {
        #expect(DateFormat(pattern).problem?.contains(hint) == true)
    }

    @Test("the usual formats have no problem")
    func goodFormats() {
        for pattern in ["yyyy-MM-dd", "d/M/yyyy H:mm", "yyyyMMdd", "dd 'of' MM yyyy ''"] {
            #expect(DateFormat(pattern).problem == nil)
        }
    }

    @Test("two quotes in a format are one, outside of quotes and within")
    func quotedQuotes() throws {
        let format = DateFormat("yyyy 'o''clock' MM''dd")
        #expect(try encode("2024 o'clock 01'31", as: .date(format: format)).number == 8796)
    }

    @Test("random dates agree with a calendar that counts day by day")
    func calendar() throws {
        var (year, month, day) = (1995, 1, 1)
        for number in -1826..<9000 as Range<Int64> {
            let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            #expect(try encode(text, as: .date(format: .isoDate)).number == number)
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
