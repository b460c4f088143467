import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

/// What the control table and the marts say of periods that got rows from a task of another one.
@Suite("Periods that rows were merged into", .serialized)
struct MergedPeriodTests {
    private static let header = "id,d,amt\n"
    private static let whole = header + "1,2024-01-05,10\n2,2024-02-06,20\n3,2024-03-07,30\n"
    private static let control = """
        select table_name, period, state, reason, rows_loaded from longshore.control
        order by table_name, period
        """
    private static let marts = "select string_agg(amt::text, ' ' order by period) from c42.mart_m"

    private func definition(
        csv: String = "s.csv",
        loading: String = "merge",
        end: String = ", end: 2024-03"
    ) throws -> Definition {
        try .text(
            """
            pipeline: c42
            period: { grain: month, start: 2024-01\(end) }
            sources: { drops: { files: data } }
            facts:
              s:
                from: { source: drops, csv: "\(csv)" }
                period: d
                grain: id
                load: \(loading)
                late: merge
                columns:
                  id: { type: integer, required: true }
                  d: { type: date, required: true }
                  amt: { type: "decimal(12,2)" }
            marts:
              m: { sql: m.sql, per: period }
            """,
            files: [
                "m.sql": "select sum(amt) as amt from fact_s "
                    + "where d >= :period_start and d < :period_end"
            ]
        )
    }

    /// What a load without `--periods` would take.
    private func due(_ dock: Dock, _ pipeline: Pipeline) async throws -> [String] {
        let rule = try #require(pipeline.periods)
        let states = try await dock.due(pipeline).states
        let today = try #require(Day("2024-04-15"))
        return try PeriodSelection.due(rule, states: states, today: today).map(\.label)
    }

    @Test(
        "one input of all periods loads them all: their marts are due, and the next load rejects nothing",
        arguments: ["2024-01", "2024-02", "2024-03"],
        ["merge", "append"]
    )
    func oneInput(asked: String, loading: String) async throws {
        let dock = try await Dock(["s.csv": Self.whole])
        let definition = try definition(loading: loading)
        let first = try await dock.load(definition, periods: asked)
        #expect(first.counts("s \(asked)") == RowCounts(read: 3, loaded: 3))
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let others = ["2024-01", "2024-02", "2024-03"].filter { $0 != asked }
        #expect(
            try await dock.rows(
                "select period, state, rows_loaded, loaded_by from longshore.control where kind = 'fact' order by 1"
            ) == ["2024-01|loaded|1|1", "2024-02|loaded|1|1", "2024-03|loaded|1|1"]
        )
        #expect(
            try await dock.rows(
                "select period, state, reason from longshore.control where kind = 'mart' and reason is not null order by 1"
            ) == others.map { "\($0)|pending|rows of fact_s came late, with \(asked) (load 1)" }
        )
        #expect(try await due(dock, definition.pipeline) == others)
        let second = try await dock.load(definition, periods: others.joined(separator: ","))
        #expect(second.failures == [])
        #expect(try await dock.row(Self.marts) == "10.00 20.00 30.00")
        #expect(try await dock.row("select count(*) from longshore.reject") == "0")
        #expect(try await due(dock, definition.pipeline) == [])
    }

    @Test("all periods at once give the same, whichever is first, and reject nothing")
    func allAtOnce() async throws {
        for order in [["2024-01", "2024-02", "2024-03"], ["2024-03", "2024-01", "2024-02"]] {
            let dock = try await Dock(["s.csv": Self.whole])
            let load = try await dock.create(definition(), periods: "2024-01..2024-03")
            for title in order.map({ "s \($0)" }) + order.map({ "m \($0)" }) {
                #expect(await dock.perform(load.task(title)).failure == nil)
            }
            #expect(try await dock.row(Self.marts) == "10.00 20.00 30.00")
            #expect(
                try await dock.rows(Self.control) == [
                    "fact_s|2024-01|loaded|∅|1", "fact_s|2024-02|loaded|∅|1",
                    "fact_s|2024-03|loaded|∅|1", "mart_m|2024-01|loaded|∅|1",
                    "mart_m|2024-02|loaded|∅|1", "mart_m|2024-03|loaded|∅|1",
                ]
            )
            #expect(try await dock.row("select count(*) from longshore.reject") == "0")
        }
    }

    @Test(
        "of one input the newest load knows best, whatever its period, and only what changed is touched"
    )
    func newest() async throws {
        let dock = try await Dock(["s.csv": Self.whole])
        #expect(try await dock.load(definition(), periods: "2024-01..2024-03").failures == [])
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        try dock.write("s.csv", Self.whole.replacing("2024-03-07,30", with: "2024-03-07,33"))
        #expect(try await dock.load(definition(), periods: "2024-01").failures == [])
        #expect(
            try await dock.rows("select id, amt, load_id from c42.fact_s order by 1")
                == ["1|10.00|2", "2|20.00|1", "3|33.00|2"]
        )
        #expect(try await due(dock, definition().pipeline) == ["2024-03"])
    }

    @Test("a mart of one period waits for the tasks of all of them")
    func needs() async throws {
        let dock = try await Dock(["s.csv": Self.whole])
        let load = try await dock.create(definition(), periods: "2024-01..2024-03")
        #expect(await dock.perform(load.task("s 2024-03")).failure == nil)
        #expect(await dock.perform(load.task("m 2024-03")) == .busy)
    }

    @Test(
        "rows after the last period, and after the load, are rejects; so are those of a closed one"
    )
    func bounds() async throws {
        let dock = try await Dock(["s.csv": Self.whole + "4,2024-04-01,40\n5,2023-12-31,50\n"])
        let closed = try definition()
        _ = try await dock.ledger.periods.close(
            PeriodSelection.parse("2024-02", grain: .month),
            of: closed.pipeline,
            reason: nil,
            by: "ana"
        )
        let load = try await dock.load(closed, periods: "2024-01")
        #expect(load.counts("s 2024-01") == RowCounts(read: 5, loaded: 2, rejected: 3))
        #expect(
            try await dock.rows("select line, rule, reason from longshore.reject order by line")
                == [
                    "3|closed|`2024-02-06` is in the period 2024-02, which is closed",
                    "5|period|`2024-04-01` is after the period 2024-01",
                    "6|period|`2023-12-31` is before the period 2024-01",
                ]
        )
        let open = try await Dock(["s.csv": Self.header + "1,2024-01-05,1\n2,2999-01-01,1\n"])
        let endless = try await open.load(definition(end: ""), periods: "2024-01")
        #expect(endless.counts("s 2024-01") == RowCounts(read: 2, loaded: 1, rejected: 1))
    }

    @Test("a period whose own file was never read is stale and due, not pending, and not loaded")
    func ownFile() async throws {
        let dock = try await Dock([
            "s_2024-01.csv": Self.header + "1,2024-01-05,10\n",
            "s_2024-02.csv": Self.header + "2,2024-02-06,20\n7,2024-01-31,5\n",
        ])
        let definition = try definition(csv: "s_{period}.csv", end: ", end: 2024-02")
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(
            try await dock.rows(Self.control) == [
                "fact_s|2024-01|stale|rows came with 2024-02 (load 1); its own source is still to be read|1",
                "fact_s|2024-02|loaded|∅|1",
                "mart_m|2024-01|pending|rows of fact_s came late, with 2024-02 (load 1)|∅",
                "mart_m|2024-02|loaded|∅|1",
            ]
        )
        #expect(try await due(dock, definition.pipeline) == ["2024-01"])
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        #expect(
            try await dock.rows(Self.control) == [
                "fact_s|2024-01|loaded|∅|2", "fact_s|2024-02|loaded|∅|1",
                "mart_m|2024-01|loaded|∅|1", "mart_m|2024-02|loaded|∅|1",
            ]
        )
        #expect(try await dock.row(Self.marts) == "15.00 20.00")
    }

    @Test(
        "while another load that runs has claimed the period, its own task says that it is loaded"
    )
    func claimed() async throws {
        let dock = try await Dock(["s.csv": Self.whole])
        let running = try await dock.create(definition(), periods: "2024-01")
        #expect(try await dock.load(definition(), periods: "2024-03").failures == [])
        let january = """
            select state, loaded_by from longshore.control where kind = 'fact' and period = '2024-01'
            """
        #expect(try await dock.row(january) == "stale|∅")
        #expect(await dock.perform(running.task("s 2024-01")).failure == nil)
        #expect(try await dock.row(january) == "loaded|\(running.id)")
    }
}
