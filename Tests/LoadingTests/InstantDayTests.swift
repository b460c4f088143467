import Loading
import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("The day of an instant")
struct InstantDayTests {
    private func definition(
        zone: String,
        at: String,
        format: String = "yyyy-MM-dd'T'HH:mm:ssXXX"
    ) throws -> Definition {
        try .text(
            """
            pipeline: shop
            zone: \(zone)
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              date: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
            facts:
              sale:
                from: { source: drops, jsonl: "s_{period}.jsonl" }
                period: at
                grain: id
                columns:
                  id: { type: integer, required: true }
                  at: { type: timestamp, format: "\(format)"\(at) }
                  day: { references: date, from: at, missing: reject }
                  local: { type: date, from: at, format: "\(format)" }
            """
        )
    }

    private static let days = """
        select string_agg(id || ':' || date_key || ':' || local, ' ' order by id)
        from shop.fact_sale join shop.dim_date on date_key = day_key
        """

    @Test("is that on which its period is cut, however its text is written")
    func offsets() async throws {
        let dock = try await Dock([
            "s_2024-01.jsonl": """
            {"id":1,"at":"2024-02-01T03:00:00Z"}
            {"id":2,"at":"2024-01-31T22:00:00-05:00"}
            {"id":3,"at":"2024-02-01T12:00:00+09:00"}
            {"id":4,"at":"2024-01-01T05:00:00Z"}

            """
        ])
        let load = try await dock.load(definition(zone: "America/Bogota", at: ""))
        #expect(load.counts("sale 2024-01") == RowCounts(read: 4, loaded: 4))
        let last = "20240131:2024-01-31"
        #expect(
            try await dock.row(Self.days) == "1:\(last) 2:\(last) 3:\(last) 4:20240101:2024-01-01"
        )
    }

    @Test("is that of its seconds since 1970, too")
    func epoch() async throws {
        let dock = try await Dock(["s_2024-01.jsonl": "{\"id\":1,\"at\":1706756400}\n"])
        let load = try await dock.load(
            definition(zone: "America/Bogota", at: "", format: "epoch_s")
        )
        #expect(load.counts("sale 2024-01") == RowCounts(read: 1, loaded: 1))
        #expect(try await dock.row(Self.days) == "1:20240131:2024-01-31")
    }

    @Test("is that of the time that its column takes for one which clocks skip")
    func gap() async throws {
        let dock = try await Dock(["s_2024-03.jsonl": "{\"id\":1,\"at\":\"2024-03-10T00:30:00\"}\n"]
        )
        let load = try await dock.load(
            definition(
                zone: "America/Havana",
                at: ", dst: { gap: earlier }",
                format: "yyyy-MM-dd'T'HH:mm:ss"
            ),
            periods: "2024-03"
        )
        #expect(load.counts("sale 2024-03") == RowCounts(read: 1, loaded: 1))
        // A date without an offset is the day that is written; the reference takes the instant's.
        #expect(try await dock.row(Self.days) == "1:20240309:2024-03-10")
    }

    @Test("is on the clock of its column where that is another one than the pipeline's")
    func otherClock() async throws {
        let dock = try await Dock([
            "s_2024-02.jsonl": "{\"id\":1,\"at\":\"2024-01-31T20:00:00Z\"}\n"
        ])
        let load = try await dock.load(
            definition(zone: "America/Bogota", at: ", zone: Asia/Tokyo"),
            periods: "2024-02"
        )
        #expect(load.failures == [])
        #expect(load.counts("sale 2024-02") == RowCounts(read: 1, loaded: 1))
        #expect(try await dock.row(Self.days) == "1:20240201:2024-01-31")
    }

    @Test("0 and -0 are one value to grains, as they are to Postgres")
    func zeros() async throws {
        let dock = try await Dock(["s.jsonl": "{\"x\":0}\n{\"x\":-0.0}\n{\"x\":1}\n"])
        let load = try await dock.load(
            .text(
                """
                pipeline: shop
                sources: { drops: { files: data } }
                facts:
                  sale:
                    from: { source: drops, jsonl: s.jsonl }
                    grain: x
                    columns: { x: { type: float, required: true } }
                """
            )
        )
        // They are one row, which comes twice.
        #expect(
            load.counts("sale") == RowCounts(read: 3, loaded: 2, rejected: 0, deduplicated: 1)
        )
    }
}
