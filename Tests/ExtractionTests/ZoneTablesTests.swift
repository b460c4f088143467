import Extraction
import Pipelines
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
        "each clock has its own day",
        arguments: [
            ("UTC", "2024-02-01"), ("America/Bogota", "2024-01-31"), ("Asia/Tokyo", "2024-02-01"),
            ("Pacific/Kiritimati", "2024-02-01"), ("Pacific/Pago_Pago", "2024-01-31"),
        ]
    )
    func today(zone: String, day: String) throws {
        // 2024-02-01 03:00 UTC
        let now = 1_706_756_400
        #expect(try SourceClock(zone: zone).day(at: now).description == day)
        #expect(
            try SourceClock(zone: zone).day(at: now + 9 * 3600).description
                == (zone == "Pacific/Kiritimati" ? "2024-02-02" : "2024-02-01")
        )
    }

    @Test("a pipeline's day is the one of the fact for which it is earliest")
    func pipelinesToday() throws {
        let fact = """
            from: { source: drops, csv: "f_{period}.csv" }
                period: at
                grain: [id]
                columns: { id: { type: text }, at: { type: timestamp, zone:
            """
        let definition = try Definition(
            bundle: DefinitionBundle(files: [
                "pipeline.yaml": """
                pipeline: shop
                period: { grain: month, start: 2024-01 }
                sources: { drops: { files: data } }
                facts:
                  east:
                    \(fact) Asia/Tokyo } }
                  west:
                    \(fact) America/Bogota } }
                """
            ])
        )
        #expect(try definition.pipeline.today(at: 1_706_756_400).description == "2024-01-31")
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
