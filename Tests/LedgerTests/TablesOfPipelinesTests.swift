import Inquiry
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@testable import Ledger

/// Pipelines whose tables are in one schema.
@Suite("Tables of other pipelines", .serialized)
struct TablesOfPipelinesTests {
    @Test("a table has one pipeline; another one is refused, and told whose it is")
    func onePipeline() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let other = try Shop.called("other", Shop.definition())
        let words = """
            `shop.dim_customer`, `shop.fact_sale` belong to the pipeline `shop`, and a table has one \
            pipeline; nothing was changed. Let `other` have a schema of its own \
            (`warehouse: { schema: … }`) or other names of tables. If it is the same pipeline under \
            another name:
                longshore pipelines rename shop other
            A table that its pipeline has given up (neither its newest load has it nor one that runs) is \
            taken over with:
                longshore load FOLDER --adopt shop.dim_customer --adopt shop.fact_sale
            """
        #expect(try await dock.refusal(of: other) == words)
        #expect(try await dock.refusal(of: other, adopting: ["fact_sale"]) == words)
        let february = try PeriodSelection.parse("2024-02", grain: .month)
        let added = await dock.problem {
            _ = try await dock.ledger.periods.add(february, of: other.pipeline)
        }
        #expect(added == words)
        let checked = await dock.problem {
            try await other.pipeline.refuseTablesOfOthers(at: dock.configuration)
        }
        #expect(checked == words)
        try await Shop.definition().pipeline.refuseTablesOfOthers(at: dock.configuration)
    }

    @Test("pipelines with other tables share a schema, and each has its own periods")
    func oneSchema() async throws {
        let dock = try await Dock(Shop.files)
        let shop = try Shop.definition()
        try await dock.load(shop)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let months = try PeriodSelection.parse("2024-01..2024-02", grain: .month)
        _ = try await dock.ledger.periods.close(months, of: shop.pipeline, reason: nil, by: "test")
        let neighbour = try Shop.neighbour()
        #expect(try await dock.due(neighbour.pipeline).registered == [])
        #expect(
            try await dock.load(neighbour, periods: "2024-01..2024-02").failures == []
        )
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        _ = try await dock.ledger.periods.close(
            Array(months.prefix(1)),
            of: neighbour.pipeline,
            reason: nil,
            by: "test"
        )
        _ = try await dock.ledger.periods.reopen(months, of: shop.pipeline)
        #expect(
            try await dock.rows(
                """
                select table_name, period, state from longshore.control where period <> ''
                order by 1, 2
                """
            ) == [
                "fact_sale|2024-01|loaded", "fact_sale|2024-02|pending",
                "fact_ticket|2024-01|closed", "fact_ticket|2024-02|loaded",
            ]
        )
    }

    // MARK: From one pipeline to another

    @Test("a table that its pipeline has given up is taken over by word, with its periods")
    func moved() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.pipeline("one", facts: "ticket", "receipt"))
        let two = try Shop.pipeline("two", facts: "receipt")
        let words = try await dock.refusal(of: two, adopting: ["fact_receipt"])
        #expect(
            words?.contains("`shop.fact_receipt` belongs to the pipeline `one`") == true,
            "\(words ?? "nothing was refused")"
        )
        let one = try Shop.pipeline("one", facts: "ticket")
        try await dock.load(one)
        // The first load still runs.
        #expect(try await dock.refusal(of: two, adopting: ["fact_receipt"]) == words)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        #expect(try await dock.refusal(of: two) == words)
        #expect(try await dock.load(two, adopting: ["fact_receipt"]) == [])
        #expect(
            try await dock.rows(
                "select table_name, pipeline, origin from longshore.owned_table order by 1"
            ) == ["fact_receipt|two|adopted", "fact_ticket|one|made"]
        )
        #expect(
            try await dock.rows(
                "select table_name, period, pipeline, state from longshore.control order by 1, 2"
            ) == ["fact_receipt|2024-01|two|loaded", "fact_ticket|2024-01|one|loaded"]
        )
        #expect(try await dock.load(one).failures == [])
        let back = try await dock.refusal(of: Shop.pipeline("one", facts: "ticket", "receipt"))
        #expect(
            back?.contains("`shop.fact_receipt` belongs to the pipeline `two`") == true,
            "\(back ?? "nothing was refused")"
        )
    }

    @Test("a table that is gone is anybody's when its pipeline has given it up, and not before")
    func movedByDropping() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.pipeline("one", facts: "ticket", "receipt"))
        try await dock.connection.script(
            "update longshore.load set state = 'loaded'; drop table shop.fact_receipt"
        )
        let two = try Shop.pipeline("two", facts: "receipt")
        #expect(try await dock.refusal(of: two)?.contains("to the pipeline `one`") == true)
        try await dock.load(Shop.pipeline("one", facts: "ticket"))
        #expect(try await dock.load(two).failures == [])
        #expect(try await dock.row("select count(*) from shop.fact_receipt") == "3")
        #expect(
            try await dock.rows(
                "select pipeline, state from longshore.control where table_name = 'fact_receipt'"
            ) == ["two|loaded"]
        )
    }
}
