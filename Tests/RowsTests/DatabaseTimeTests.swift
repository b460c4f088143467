import Rows
import Testing

@Suite("Values that a database knows as days, times and numbers")
struct DatabaseTimeTests {
    private static let noon: Int64 = 757_425_600_000_000  // 2024-01-01 12:00 UTC

    private static func timestamp(_ format: String, zone: String = "UTC") -> ColumnType {
        .timestamp(format: DateFormat(format), zone: zone)
    }

    @Test(
        "no declared format is needed, and none breaks it",
        arguments: [
            "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ssX", "yyyy-MM-dd HH:mm:ss.SSSSSS",
            "dd.MM.yyyy",
            "yyyy-dd-MM HH:mm:ss",
        ]
    )
    func formats(_ format: String) throws {
        let type = Self.timestamp(format)
        let texts: [(String, SourceType, Int64)] = [
            ("2024-01-01 12:00:00", .timestamp, 0), ("2024-01-01 12:00:00.25", .timestamp, 250_000),
            ("2024-01-01 12:00:00.123456", .timestamp, 123_456),
            ("2024-01-01 12:00:00.00001", .timestamp, 10),
            ("2024-01-01 17:30:00.5+05:30", .instant, 500_000),
            ("2024-01-01 07:00:00-05", .instant, 0),
            ("2024-01-01 12:53:28+00:53:28", .instant, 0),
        ]
        for (text, known, microseconds) in texts {
            let value = try encode(text, as: type, known: known)
            #expect(value.number == Self.noon + microseconds, "\(text)")
        }
        let day = try encode("2024-03-04", as: .date(format: DateFormat(format)), known: .date)
        #expect(day.number == 8829)
    }

    @Test("what is written otherwise is read by the declared format, or refused")
    func others() throws {
        let cleaned = try encode(
            "2024-03-04",
            as: .date(format: DateFormat("yyyyMMdd")),
            cleaning: [.digits],
            known: .date
        )
        #expect(cleaned.number == 8829)
        for text in [
            "infinity", "-infinity", "12024-03-04 10:00:00", "0044-03-15 10:00:00 BC",
            "2024-03-04 10:00:00.", "2024-03-04 10:00:00+", "2024-03-04 10:00:00+05:",
            "2024-03-04 10:00:00.1234567", "2024-03-04T10:00:00", "2024-03-04 10:00",
            "2024-03-04 10:00:00+05:30:10:10",
        ] {
            let value = try encode(text, as: Self.timestamp("yyyy-MM-dd HH:mm:ss"), known: .instant)
            #expect(value.reason != nil, "\(text)")
        }
        // The time of a day is dropped where the format says that there is one.
        let time = "2024-03-04 10:00:00"
        let strict = try encode(time, as: .date(format: .isoDate), known: .timestamp)
        #expect(strict.reason != nil)
        let dropped = try encode(time, as: .date(format: .isoTimestamp), known: .timestamp)
        #expect(dropped.number == 8829)
    }

    @Test(
        "an instant has an offset: a text without one, as of a document, is read by the declared format"
    )
    func documents() throws {
        let type = Self.timestamp("yyyy-MM-dd HH:mm:ss")
        let day = try encode("2024-01-01", as: type, known: .instant)
        #expect(day.reason != nil)
        let text = try encode("2024-01-01 12:00:00", as: type, known: .instant)
        #expect(text.number == Self.noon)
        let turned = try encode(
            "2024-02-01 10:00:00",
            as: .date(format: DateFormat("yyyy-dd-MM HH:mm:ss")),
            known: .instant
        )
        #expect(turned.number == 8767)  // 2024-01-02
    }

    @Test("numbers have a point, whatever the definition declares for texts")
    func numbers() throws {
        let reading = ReadingRules(point: UInt8(ascii: ","), thousands: ".")
        let type = ColumnType.decimal(precision: 12, scale: 3)
        let known = try encode("1234.567", as: type, known: .number, reading: reading)
        let plain = try encode("1234.567", as: type)
        #expect(known.bytes == plain.bytes)
        let text = try encode("1.234,567", as: type, reading: reading)
        #expect(text.bytes == plain.bytes)
    }
}
