import Inquiry
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Merging into a fact", .serialized)
struct MergeTests {
    private func loaded(
        _ definition: Definition? = nil,
        files: [String: String] = Orders.files,
        periods: String = "2024-01..2024-02"
    ) async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(files)
        let load = try await dock.load(definition ?? Orders.definition(), periods: periods)
        #expect(load.failures == [])
        return (dock, load)
    }

    @Test("a milestone that comes with a later file is written into the order's own period")
    func accumulate() async throws {
        let (dock, load) = try await loaded()
        #expect(try await dock.rows(Orders.facts) == Orders.rows)
        #expect(load.counts("order 2024-01") == RowCounts(read: 2, loaded: 2))
        #expect(load.counts("order 2024-02") == RowCounts(read: 3, loaded: 3))
        #expect(
            try await dock.rows(Orders.control) == ["2024-01|loaded|2", "2024-02|loaded|1"]
        )
        #expect(
            try await dock.rows(
                """
                select period, rows_loaded, rows_replaced from longshore.task
                where kind = 'fact' order by period
                """
            ) == ["2024-01|2|0", "2024-02|3|2"]
        )
    }

    @Test("a reload changes nothing, and an earlier file does not undo what a later one said")
    func reload() async throws {
        let (dock, _) = try await loaded()
        let first = try await dock.load(Orders.definition(), periods: "2024-01")
        #expect(first.counts("order 2024-01") == RowCounts(read: 2, loaded: 0, deduplicated: 2))
        let second = try await dock.load(Orders.definition(), periods: "2024-02")
        #expect(second.counts("order 2024-02") == RowCounts(read: 3, loaded: 3))
        #expect(try await dock.rows(Orders.facts) == Orders.rows)
        #expect(
            try await dock.rows(Orders.control) == ["2024-01|loaded|2", "2024-02|loaded|1"]
        )
    }

    @Test("the periods give the same rows whichever is loaded first, also at the same time")
    func order() async throws {
        let dock = try await Dock(Orders.files)
        for period in ["2024-02", "2024-01"] {
            #expect(try await dock.load(Orders.definition(), periods: period).failures == [])
        }
        #expect(try await dock.rows(Orders.facts) == Orders.rows)
        #expect(try await dock.rows(Orders.control) == ["2024-01|loaded|2", "2024-02|loaded|1"])

        let other = try await Dock(Orders.files)
        let load = try await other.create(Orders.definition(), periods: "2024-01..2024-02")
        #expect(await other.perform(load.task("day")).failure == nil)
        async let february = other.perform(
            load.task("order 2024-02"),
            by: WarehouseLoader(other.configuration)
        )
        async let january = other.perform(load.task("order 2024-01"))
        #expect(await [january, february].compactMap(\.failure) == [])
        #expect(try await other.rows(Orders.facts) == Orders.rows)
        #expect(try await other.rows(Orders.control) == ["2024-01|loaded|2", "2024-02|loaded|1"])
    }

    @Test("a row whose date has moved moves to its new period, and both are counted right")
    func move() async throws {
        let (dock, _) = try await loaded()
        try dock.write(
            "orders_2024-03.csv",
            """
            order_id,ordered_on,shipped_on,delivered_on,amount
            o1,2024-03-02,2024-03-03,,11.00
            o3,2024-01-31,,,30.00

            """
        )
        let load = try await dock.load(Orders.definition(), periods: "2024-03")
        #expect(load.counts("order 2024-03") == RowCounts(read: 2, loaded: 2))
        #expect(
            try await dock.rows(Orders.facts) == [
                "2024-03-01|o1|20240302|20240303|-1|11.00",
                "2024-01-01|o2|20240120|20240125|20240202|20.00",
                "2024-01-01|o3|20240131|-1|-1|30.00",
            ]
        )
        #expect(
            try await dock.rows(Orders.control)
                == ["2024-01|loaded|2", "2024-02|loaded|0", "2024-03|loaded|1"]
        )
    }

    @Test("rows of a closed period, and rows that would leave one, are rejects that say so")
    func closed() async throws {
        let dock = try await Dock(Orders.files)
        let definition = try Orders.definition()
        try await dock.load(definition)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        _ = try await dock.ledger.periods.close(
            PeriodSelection.parse("2024-01", grain: .month),
            of: definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        let before = try await dock.rows("select *, xmin from trade.fact_order_2024_01")
        try dock.write(
            "orders_2024-02.csv",
            """
            order_id,ordered_on,shipped_on,delivered_on,amount
            o1,2024-01-05,2024-02-01,,10.00
            o2,2024-02-02,,,20.00
            o3,2024-02-10,,,30.00

            """
        )
        let load = try await dock.load(definition, periods: "2024-02")
        #expect(load.counts("order 2024-02") == RowCounts(read: 3, loaded: 1, rejected: 2))
        #expect(
            try await dock.rows(
                """
                select line, rule, reason, convert_from(raw, 'UTF8') as raw
                from longshore.reject order by line
                """
            ) == [
                "2|closed|`2024-01-05` is in the period 2024-01, which is closed|"
                    + "o1,2024-01-05,2024-02-01,,10.00",
                "3|closed|the row with its `order_id` is in the period 2024-01, which is closed|"
                    + "o2,2024-02-02,,,20.00",
            ]
        )
        #expect(try await dock.rows("select *, xmin from trade.fact_order_2024_01") == before)
        #expect(
            try await dock.rows(Orders.control) == ["2024-01|closed|2", "2024-02|loaded|1"]
        )
    }

    @Test("more rows of a closed period than are read at once are all rejects")
    func manyClosed() async throws {
        let rows = 1...5_001
        let header = "order_id,ordered_on,shipped_on,delivered_on,amount\n"
        var files = Orders.files
        files["orders_2024-01.csv"] = header + rows.map { "n\($0),2024-01-05,,,1.00\n" }.joined()
        files["orders_2024-02.csv"] =
            header + rows.map { "n\($0),2024-02-05,,,2.00\n" }.joined() + "new,2024-02-06,,,1.00\n"
        let dock = try await Dock(files)
        let definition = try Orders.definition()
        try await dock.load(definition, periods: "2024-01")
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        _ = try await dock.ledger.periods.close(
            PeriodSelection.parse("2024-01", grain: .month),
            of: definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        let load = try await dock.load(definition, periods: "2024-02")
        #expect(
            load.counts("order 2024-02")
                == RowCounts(read: rows.count + 1, loaded: 1, rejected: rows.count)
        )
        #expect(
            try await dock.rows(
                "select rule, count(distinct line), min(line), max(line) from longshore.reject group by 1"
            ) == ["closed|5001|2|5002"]
        )
    }

    @Test("a row tells the load task that wrote it, although that was another period's")
    func trace() async throws {
        let (dock, load) = try await loaded()
        let rows = try await dock.ledger.traces.trace("fact_order", key: ["o1"])
        #expect(rows.map { $0.origin?.task } == [load.task("order 2024-02").description])
        #expect(rows.first?.origin?.input?.hasPrefix("orders_2024-02.csv (") == true)
    }

    @Test("a period that was never loaded takes late rows, and is stale until its source is read")
    func neverLoaded() async throws {
        let (dock, _) = try await loaded(periods: "2024-02")
        #expect(
            try await dock.rows(Orders.control) == ["2024-01|stale|2", "2024-02|loaded|1"]
        )
    }

    @Test("marts of other periods that the load does not compute are marked stale, with the reason")
    func marts() async throws {
        let definition = try Orders.definition(
            others: "marts:\n  total: { sql: total.sql, per: period }",
            marts: [
                "total.sql": "select count(*) as n from fact_order "
                    + "where ordered_on >= :period_start and ordered_on < :period_end"
            ]
        )
        let (dock, _) = try await loaded(definition, periods: "2024-01")
        let load = try await dock.load(definition, periods: "2024-02")
        #expect(
            try await dock.rows(
                """
                select period, state, reason from longshore.control
                where kind = 'mart' order by period
                """
            ) == [
                "2024-01|stale|rows of fact_order came late, with 2024-02 (load \(load.id))",
                "2024-02|loaded|∅",
            ]
        )
    }

    @Test("a fact that was replaced until now is merged from now on, with the rows it has")
    func becomesMerged() async throws {
        let (dock, _) = try await loaded(
            Orders.definition(load: "replace", late: nil),
            periods: "2024-01"
        )
        let load = try await dock.load(Orders.definition(), periods: "2024-02")
        #expect(load.failures == [])
        #expect(try await dock.rows(Orders.facts) == Orders.rows)
    }

    @Test("with append, a row whose grain is there in any period is deduplicated, never doubled")
    func append() async throws {
        let definition = try Orders.definition(load: "append")
        let (dock, load) = try await loaded(definition)
        #expect(load.counts("order 2024-02") == RowCounts(read: 3, loaded: 1, deduplicated: 2))
        let again = try await dock.load(definition, periods: "2024-01..2024-02")
        #expect(again.failures == [])
        #expect(again.counts("order 2024-01") == RowCounts(read: 2, deduplicated: 2))
        #expect(again.counts("order 2024-02") == RowCounts(read: 3, deduplicated: 3))
        #expect(
            try await dock.rows("select order_id, shipped_key from trade.fact_order order by 1")
                == ["o1|-1", "o2|20240125", "o3|-1"]
        )
        #expect(
            try await dock.rows(Orders.control) == ["2024-01|loaded|2", "2024-02|loaded|1"]
        )
        try dock.write("orders_2024-01.csv", "order_id,ordered_on,shipped_on,delivered_on,amount\n")
        let empty = try await dock.load(definition)
        #expect(empty.failure("order 2024-01")?.code == "warehouse.row_count")
    }

    @Test("a fact without periods is merged and appended by its grain")
    func whole() async throws {
        let dock = try await Dock(["rates.csv": "day,rate\n2024-01-01,1.5\n2024-01-02,1.6\n"])
        func rates(_ load: String) throws -> Definition {
            try .text(
                """
                pipeline: bank
                sources: { drops: { files: data } }
                facts:
                  rate:
                    from: { source: drops, csv: rates.csv }
                    grain: [day]
                    load: \(load)
                    columns:
                      day: { type: date, required: true }
                      rate: { type: "decimal(6,3)" }
                """
            )
        }
        #expect(try await dock.load(rates("merge")).failures == [])
        try dock.write("rates.csv", "day,rate\n2024-01-02,1.7\n2024-01-03,1.8\n")
        let merged = try await dock.load(rates("merge"))
        #expect(merged.counts("rate") == RowCounts(read: 2, loaded: 2))
        try dock.write("rates.csv", "day,rate\n2024-01-03,9.9\n2024-01-04,1.9\n")
        let appended = try await dock.load(rates("append"))
        #expect(appended.counts("rate") == RowCounts(read: 2, loaded: 1, deduplicated: 1))
        #expect(
            try await dock.rows("select day, rate from bank.fact_rate order by day") == [
                "2024-01-01|1.500", "2024-01-02|1.700", "2024-01-03|1.800", "2024-01-04|1.900",
            ]
        )
        #expect(
            try await dock.row("select rows_loaded from longshore.control where kind = 'fact'")
                == "4"
        )
    }

    @Test(
        "of rows with one grain in a file, the declared one is merged",
        arguments: [
            (
                "reject", "2024-01-01|2.00",
                RowCounts(read: 3, loaded: 1, rejected: 1, deduplicated: 1)
            ),
            ("keep_first", "2024-01-01|2.00", RowCounts(read: 3, loaded: 1, deduplicated: 2)),
            ("keep_last", "2024-02-01|3.00", RowCounts(read: 3, loaded: 1, deduplicated: 2)),
        ]
    )
    func duplicates(_ rule: String, _ row: String, _ counts: RowCounts) async throws {
        let header = "order_id,ordered_on,shipped_on,delivered_on,amount\n"
        let files = [
            "orders_2024-01.csv": header + "o1,2024-01-05,,,1.00\n",
            "orders_2024-02.csv": header
                + "o1,2024-01-05,,,2.00\no1,2024-01-05,,,2.00\no1,2024-02-05,,,3.00\n",
        ]
        let definition = try Orders.definition(extra: "duplicates: \(rule)")
        let (dock, load) = try await loaded(definition, files: files)
        #expect(load.counts("order 2024-02") == counts)
        #expect(try await dock.rows("select period, amount from trade.fact_order") == [row])
        let again = try await dock.load(definition, periods: "2024-02")
        #expect(again.counts("order 2024-02") == counts)
        #expect(try await dock.rows("select period, amount from trade.fact_order") == [row])
    }
}
