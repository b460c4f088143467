import Extraction
import Rows
import Testing

@Suite("Zones of this machine")
struct ZoneTablesTests {
    private static let hour: Int64 = 3_600_000_000
    private static let day = 24 * hour

    @Test(
        "the machine's zones have their known offsets on 1 January and 1 July 2000",
        arguments: [
            ("America/Bogota", 5, 5), ("America/New_York", 5, 4), ("Europe/Madrid", -1, -2),
            ("Asia/Kolkata", -5.5, -5.5), ("Australia/Sydney", -11, -10), ("UTC", 0, 0),
            ("Africa/Casablanca", 0, 0), ("Etc/GMT+3", 3, 3),
        ] as [(String, Double, Double)]
    )
    func offsets(name: String, january: Double, july: Double) throws {
        let zone = try #require(try ZoneTables.load([name])[name])
        #expect(Double(zone.startOfDay(10_957)) / Double(Self.hour) == january)
        #expect(Double(zone.startOfDay(10_957 + 182) - 182 * Self.day) / Double(Self.hour) == july)
    }

    @Test(
        "what is no zone is refused, and nothing else is read",
        arguments: [
            "America/Bogotá", "Nowhere/City", "../../etc/passwd", "/etc/passwd", "", "America",
        ]
    )
    func badNames(name: String) {
        #expect(throws: ExtractionError.self) { try ZoneTables.load([name]) }
    }

    @Test("a machine without zone data is told what to install")
    func noData() {
        let error = #expect(throws: ExtractionError.self) {
            try ZoneTables.load(["America/Bogota"], folder: "/nowhere/zoneinfo")
        }
        #expect(error?.message.contains("`tzdata`") == true)
    }
}
