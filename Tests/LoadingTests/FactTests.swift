import Loading
import Pipelines
import Planning
import Postgres
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Loading a fact", .serialized)
struct FactTests {
    private let januaryRows = [
        "2024-01-01|s1|c1|10.00", "2024-01-01|s2|c2|20.50", "2024-01-01|s3|c1|5.25",
    ]
    private let februaryRows = ["2024-02-01|s4|c2|7.00"]

    @Test("a period's first load makes a partition with the period's bounds and the fact's index")
    func firstLoad() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        #expect(load.failures == [])
        #expect(try await dock.rows(Shop.facts) == januaryRows + februaryRows)
        #expect(
            try await dock.rows(
                """
                select inhrelid::regclass as leaf, pg_get_expr(c.relpartbound, c.oid) as bound,
                    (select count(*) from pg_index i where i.indrelid = c.oid and indisunique) as i,
                    (select count(*) from pg_constraint where conrelid = c.oid) as constraints
                from pg_inherits join pg_class c on c.oid = inhrelid
                where inhparent = 'shop.fact_sale'::regclass order by 1
                """
            ) == [
                "shop.fact_sale_2024_01|FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')|1|0",
                "shop.fact_sale_2024_02|FOR VALUES FROM ('2024-02-01') TO ('2024-03-01')|1|0",
            ]
        )
        #expect(try await dock.row("select count(distinct load_id) from shop.fact_sale") == "1")
    }

    @Test("a reload replaces the period, and no other")
    func reload() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let others = "select *, xmin from shop.fact_sale_2024_02"
        let february = try await dock.rows(others)
        try dock.write(
            "sales_2024-01.csv",
            "amount,sale_id,customer_id,sold_on\n1.5,s9,c1,2024-01-02\n"
        )
        let load = try await dock.load(Shop.definition())
        #expect(load.counts("sale 2024-01") == RowCounts(read: 1, loaded: 1))
        #expect(try await dock.rows(Shop.facts) == ["2024-01-01|s9|c1|1.50"] + februaryRows)
        #expect(
            try await dock.row(
                """
                select rows_loaded, rows_replaced from longshore.task
                where load_id = \(load.id) and kind = 'fact'
                """
            ) == "1|3"
        )
        #expect(try await dock.rows(others) == february)
    }

    @Test("a fact without periods is replaced whole")
    func whole() async throws {
        let dock = try await Dock(["rates.csv": "day,rate\n2024-01-01,1.5\n2024-01-02,1.6\n"])
        let definition = try Definition.text(
            """
            pipeline: bank
            sources: { drops: { files: data } }
            dimensions: { day: { calendar: { from: 2024-01-01, to: 2024-12-31 } } }
            facts:
              rate:
                from: { source: drops, csv: rates.csv }
                grain: [day]
                columns:
                  day: { references: day, from: day }
                  rate: { type: "decimal(6,3)" }
            """
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write("rates.csv", "day,rate\n2024-01-03,1.7\n")
        let second = try await dock.load(definition)
        #expect(second.counts("rate") == RowCounts(read: 1, loaded: 1))
        #expect(
            try await dock.rows("select day_key, rate from bank.fact_rate") == ["20240103|1.700"]
        )
        #expect(
            try await dock.row(
                "select rows_replaced from longshore.task where load_id = \(second.id) and kind = 'fact'"
            ) == "2"
        )
    }

    @Test("readers who count during first loads and reloads see all of a period or nothing of it")
    func readers() async throws {
        let dock = try await Dock(Shop.files)
        let sizes = [2_000, 3_000, 1_000]
        let reader = try await PostgresConnection.connect(dock.configuration)
        try await dock.load(Shop.definition(), periods: "2024-02")
        let isLoading = Flag()
        async let seen = count(with: reader, while: isLoading)
        for size in sizes {
            try dock.write("sales_2024-01.csv", Self.sales(size))
            let load = try await dock.load(Shop.definition())
            #expect(load.counts("sale 2024-01")?.loaded == size)
        }
        isLoading.lower()
        let counts = try await seen
        #expect(counts.count > 20)
        #expect(Set(counts).subtracting([0] + sizes) == [])
        await reader.close()
    }

    private func count(
        with reader: PostgresConnection,
        while isLoading: Flag
    ) async throws -> [Int] {
        var counts: [Int] = []
        while isLoading.isUp {
            let rows = try await reader.query(
                "select count(*) as n from shop.fact_sale where period = '2024-01-01'"
            )
            counts += try rows.map { try $0.integer("n") }
        }
        return counts
    }

    @Test("first loads of many periods at once do not disturb each other")
    func parallel() async throws {
        let dock = try await Dock(Shop.files)
        let periods = SamplePipelines.months(12).map(\.label)
        for period in periods {
            let rows = (0..<50).map { "\(period)-\($0),\(period)-15,c1,1.0\n" }.joined()
            try dock.write("sales_\(period).csv", "sale_id,sold_on,customer_id,amount\n" + rows)
        }
        let load = try await dock.create(Shop.definition(), periods: "2024-01..2024-12")
        #expect(await dock.perform(load.task("customer")).failure == nil)
        let outcomes = await withTaskGroup(of: TaskOutcome.self) { group in
            for slot in 0..<4 {
                group.addTask {
                    let loader = WarehouseLoader(dock.configuration)
                    var last = TaskOutcome.busy
                    for period in periods[slot * 3..<slot * 3 + 3] {
                        last = await dock.perform(load.task("sale \(period)"), by: loader)
                        if last.failure != nil { break }
                    }
                    await loader.close()
                    return last
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0 == .loaded(RowCounts(read: 50, loaded: 50)) })
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "600")
    }

    @Test("a partition waits for whoever holds the fact's lock, and lets readers pass meanwhile")
    func patience() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-02")
        let load = try await dock.create(Shop.definition())
        #expect(await dock.perform(load.task("customer")).failure == nil)
        let holder = try await PostgresConnection.connect(dock.configuration)
        try await holder.query("begin")
        try await holder.query("lock table shop.fact_sale in share update exclusive mode")
        async let outcome = dock.perform(load.task("sale 2024-01"))
        await eventually("the attempt waits for the lock") {
            try await dock
                .rows(
                    """
                    select pid from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'
                    """
                )
                .isEmpty == false
        }
        #expect(try await dock.rows(Shop.facts) == februaryRows)
        try await holder.query("commit")
        #expect(await outcome == .loaded(RowCounts(read: 3, loaded: 3)))
        #expect(try await dock.rows(Shop.facts) == januaryRows + februaryRows)
        await holder.close()
    }

    @Test("a row belongs to the period of its own zone's calendar")
    func zone() async throws {
        let dock = try await Dock([
            "calls_2024-01.csv": """
            id,at
            1,2023-12-31 23:59:59
            2,2024-01-01 00:00:00
            3,2024-01-31 23:59:59
            4,2024-02-01 00:00:00

            """
        ])
        let definition = try Definition.text(
            """
            pipeline: desk
            zone: America/Bogota
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  at: { type: timestamp, required: true }
            """
        )
        let load = try await dock.load(definition)
        #expect(load.counts("call 2024-01") == RowCounts(read: 4, loaded: 2, rejected: 2))
        #expect(
            try await dock.rows("select period, id, at from desk.fact_call order by id") == [
                "2024-01-01|2|2024-01-01 05:00:00+00", "2024-01-01|3|2024-02-01 04:59:59+00",
            ]
        )
    }

    @Test("days have partitions of their own, however long the fact's name is")
    func longNames() async throws {
        let name = String(repeating: "n", count: 48)
        let dock = try await Dock([
            "x_2024-01-30.csv": "id,day\n1,2024-01-30\n2,2024-01-30\n",
            "x_2024-01-31.csv": "id,day\n3,2024-01-31\n",
        ])
        let definition = try Definition.text(
            """
            pipeline: long
            period: { grain: day, start: 2024-01-01 }
            sources: { drops: { files: data } }
            facts:
              \(name):
                from: { source: drops, csv: "x_{period}.csv" }
                period: day
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  day: { type: date, required: true }
            """
        )
        let first = try await dock.load(definition, periods: "2024-01-30..2024-01-31")
        #expect(first.failures == [])
        let second = try await dock.load(definition, periods: "2024-01-31")
        #expect(second.failures == [])
        #expect(
            try await dock.rows("select period, id, day from long.fact_\(name) order by id")
                == [
                    "2024-01-30|1|2024-01-30", "2024-01-30|2|2024-01-30", "2024-01-31|3|2024-01-31",
                ]
        )
    }

    static func sales(_ count: Int) -> String {
        "sale_id,sold_on,customer_id,amount\n"
            + (0..<count).map { "x\($0),2024-01-02,c1,1.0\n" }.joined()
    }
}
