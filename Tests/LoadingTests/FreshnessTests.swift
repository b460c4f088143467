import Ledger
import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("Freshness")
struct FreshnessTests {
    private func definition(_ within: String, severity: String = "fail") throws -> Definition {
        let expect = "{ column: sold_on, within: \(within), severity: \(severity) }"
        return try Shop.definition(sale: Shop.sale(expect: "expect: { freshness: \(expect) }"))
    }

    private func sale(_ day: String) -> String {
        "sale_id,sold_on,customer_id,amount\ns1,\(day),c1,1\n"
    }

    @Test("a period is measured at its end, and its old rows are as they were when it is stale")
    func period() async throws {
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(definition("1 day")).failures == [])
        let before = try await dock.state(of: "shop.fact_sale").first
        try dock.write("sales_2024-01.csv", sale("2024-01-28"))
        let load = try await dock.load(definition("3 days"))
        #expect(load.failure("sale 2024-01")?.code == "warehouse.freshness")
        #expect(
            load.failure("sale 2024-01")?.message
                == "`fact_sale 2024-01` is not fresh: the newest `sold_on` lies 4 days before now or "
                + "the period's end, 3 days are allowed; the rows are as they were. Look whether the "
                + "source is complete; if it is, widen `expect: { freshness: { within: … } }` or let "
                + "it warn"
        )
        #expect(try await dock.state(of: "shop.fact_sale").first == before)
        #expect(try await dock.load(definition("96 hours")).failures == [])
    }

    @Test("a period that has not ended is measured by the database's clock")
    func running() async throws {
        let dock = try await Dock(Shop.files)
        let next = try await dock.row("select (extract(year from now()) + 2)::int")
        try dock.write("sales_\(next)-12.csv", sale("\(next)-12-01"))
        #expect(try await dock.load(definition("1 day"), periods: "\(next)-12").failures == [])
    }

    /// Havana's clocks show the midnight of 2024-11-03 at 04:00 and at 05:00 UTC.
    private func havana(_ column: String, type: String, within: String) throws -> Definition {
        try .text(
            """
            pipeline: cuba
            zone: America/Havana
            period: { grain: day, start: 2024-11-01 }
            sources: { drops: { files: data } }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [id]
                columns:
                  id: { type: text, required: true }
                  at: { type: timestamp, required: true }
                  seen: { type: \(type) }
                expect: { freshness: { column: \(column), within: \(within) } }
            """
        )
    }

    @Test("a day whose midnight clocks show twice begins with the first")
    func doubledMidnight() async throws {
        let dock = try await Dock()
        try dock.write(
            "calls_2024-11-02.csv",
            "id,at,seen\nc1,2024-11-02 23:45:00,2024-11-02 23:45:00\n"
        )
        for column in ["at", "seen"] {
            let near = try havana(column, type: "timestamp", within: "15 minutes")
            #expect(try await dock.load(near, periods: "2024-11-02").failures == [])
        }
        let nearer = try havana("at", type: "timestamp", within: "14 minutes")
        let stale = try await dock.load(nearer, periods: "2024-11-02")
        #expect(
            stale.failure("call 2024-11-02")?.message
                .contains("the newest `at` lies 15 minutes before")
                == true
        )
    }

    @Test("a date whose midnight clocks show twice is as old as its first")
    func doubledMidnightOfDate() async throws {
        let dock = try await Dock()
        try dock.write("calls_2024-11-03.csv", "id,at,seen\nc1,2024-11-03 12:00:00,2024-11-03\n")
        let day = try havana("seen", type: "date", within: "25 hours")
        #expect(try await dock.load(day, periods: "2024-11-03").failures == [])
        let shorter = try havana("seen", type: "date", within: "24 hours")
        let stale = try await dock.load(shorter, periods: "2024-11-03")
        #expect(stale.failure("call 2024-11-03")?.code == "warehouse.freshness")
    }

    @Test("a table without periods is measured by the database's clock; a warning lets it commit")
    func whole() async throws {
        let dock = try await Dock()
        let day = try await dock.row("select (now() at time zone 'UTC')::date - 3")
        let table = { (within: String, severity: String) in
            try Definition.text(
                """
                pipeline: shop
                sources: { drops: { files: data } }
                dimensions:
                  customer:
                    from: { source: drops, csv: customers.csv }
                    key: customer_id
                    columns:
                      customer_id: { type: text, required: true }
                      seen_on: { type: date }
                    expect:
                      freshness: { column: seen_on, within: \(within), severity: \(severity) }
                """
            )
        }
        try dock.write("customers.csv", "customer_id,seen_on\na,2020-01-01\nb,\(day)\nc,\n")
        #expect(try await dock.load(table("4 days", "fail")).failures == [])
        let stale = try await dock.load(table("2 days", "fail"))
        #expect(
            stale.failure("customer")?.message.contains("lies 3 days") == true
        )
        try dock.write("customers.csv", "customer_id,seen_on\na,\n")
        let warned = try await dock.load(table("2 days", "warn"))
        #expect(warned.failures == [])
        #expect(
            try await dock.ledger.tasks.reports(ofLoad: warned.id).flatMap(\.warnings)
                == ["every `seen_on` is empty"]
        )
    }
}
