import Inquiry
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("Partitions are known by their bounds", .serialized)
struct PartitionTests {
    private static let header = "sale_id,sold_on,customer_id,amount\n"
    private static let january = "shop.fact_sale_2024_01"
    private static let february = "shop.fact_sale_2024_02"

    private static func definition(_ options: String = "reload: delete") throws -> Definition {
        try Shop.definition(sale: Shop.sale(expect: options))
    }

    /// A dock with both months.
    private func dock(_ definition: Definition) async throws -> Dock {
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        try await end(dock)
        return dock
    }

    private func end(_ dock: Dock) async throws {
        try await dock.connection.query("update longshore.load set state = 'loaded'")
    }

    private func rows(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            """
            select tableoid::regclass, period, sale_id, sold_on from shop.fact_sale
            where amount < 1000 order by sale_id
            """
        )
    }

    private static let exchange = """
        begin; alter table \(january) rename to x; alter table \(february) rename to fact_sale_2024_01;
        alter table shop.x rename to fact_sale_2024_02; commit
        """

    @Test(
        "two whose names were exchanged: each load replaces the rows of its own period",
        arguments: ["reload: delete", "reload: swap", "load: merge", "duplicates: keep_last"]
    )
    func exchanged(options: String) async throws {
        let definition = try Self.definition(options)
        let dock = try await Dock(Shop.files)
        // More than a swap is worth its lock for; no row of these is looked at.
        let many = (0..<12_000).map { "x\($0),2024-01-02,c1,1000\n" }.joined()
        try dock.write("sales_2024-01.csv", Shop.january + many)
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        try await end(dock)
        try await dock.connection.script(SQL(raw: Self.exchange))
        let due = try await dock.due(definition.pipeline)
        #expect(due.losses == [])
        #expect(due.states[.stale] == nil)
        try dock.write("sales_2024-01.csv", Self.header + many + "s9,2024-01-09,c1,1\n")
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        try await end(dock)
        let first = "shop.fact_sale_2024_02|2024-01-01|"
        let second = "shop.fact_sale_2024_01|2024-02-01|"
        let kept = ["s1|2024-01-05", "s2|2024-01-06", "s3|2024-01-31"].map { first + $0 }
        #expect(
            try await rows(dock)
                == (options == "load: merge" ? kept : [])
                + [second + "s4|2024-02-01", first + "s9|2024-01-09"]
        )
        // Whose rows are gone is known by the bounds, too.
        try await dock.connection.query("truncate shop.fact_sale_2024_02")
        let stale = try await dock.due(definition.pipeline).states[.stale]
        #expect(stale == (options == "load: merge" ? ["2024-01", "2024-02"] : ["2024-01"]))
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        #expect(
            try await rows(dock) == [second + "s4|2024-02-01", first + "s9|2024-01-09"]
        )
    }

    @Test(
        "one that was renamed or moved stays what it is",
        arguments: ["rename to january", "set schema public"]
    )
    func renamed(change: String) async throws {
        for options in ["reload: delete", "reload: swap", "load: merge"] {
            let definition = try Self.definition(options)
            let dock = try await dock(definition)
            let before = try await dock.rows(Shop.facts)
            try await dock.connection.script(SQL(raw: "alter table \(Self.january) \(change)"))
            let due = try await dock.due(definition.pipeline)
            #expect(due.losses == [])
            #expect(due.states[.stale] == nil)
            let load = try await dock.load(definition, periods: "2024-01")
            #expect(load.failures == [])
            #expect(try await dock.rows(Shop.facts) == before)
        }
    }

    @Test("one that was renamed and detached leaves its name, and its index keeps that of its own")
    func detached() async throws {
        let definition = try Self.definition()
        let dock = try await dock(definition)
        let before = try await dock.rows(Shop.facts)
        try await dock.connection.script(
            SQL(
                raw: "alter table shop.fact_sale detach partition \(Self.january); "
                    + "alter table \(Self.january) rename to january"
            )
        )
        #expect(try await dock.due(definition.pipeline).states[.stale] == ["2024-01"])
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        #expect(try await dock.rows(Shop.facts) == before)
    }

    @Test("one that somebody has made for a period takes its rows")
    func madeByHand() async throws {
        let definition = try Self.definition()
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        try await end(dock)
        try await dock.connection.query(
            """
            create table shop.mine partition of shop.fact_sale
            for values from ('2024-02-01') to ('2024-03-01')
            """
        )
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await rows(dock).last == "shop.mine|2024-02-01|s4|2024-02-01")
    }

    @Test("a name that another period's partition has is refused in words")
    func occupied() async throws {
        let definition = try Self.definition()
        let dock = try await dock(definition)
        try await dock.connection.script(
            SQL(
                raw:
                    "drop table \(Self.january); alter table \(Self.february) rename to fact_sale_2024_01"
            )
        )
        let due = try await dock.due(definition.pipeline)
        #expect(
            due.losses == [
                "`fact_sale` 2024-01: its partition `fact_sale_2024_01` is gone; to be loaded again"
            ]
        )
        let problem = await dock.problem { try await dock.create(definition, periods: "2024-01") }
        #expect(
            problem == """
                `shop.fact_sale_2024_01` stands where a load makes a partition of `shop.fact_sale`, and is none of \
                its period: nothing was changed. Rename or move what is there
                """
        )
    }

    @Test(
        "rows in a default partition are refused with what to do; each way out works",
        arguments: [true, false]
    )
    func defaultPartition(isDetached: Bool) async throws {
        let definition = try Self.definition()
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        try await end(dock)
        try await dock.connection.query(
            "create table shop.rest partition of shop.fact_sale default"
        )
        // Without rows it is in nobody's way.
        let load = try await dock.create(definition, periods: "2024-02")
        try await dock.connection.query(
            """
            insert into shop.fact_sale (period, customer_key, sale_id, sold_on, amount, load_id)
            values ('2024-02-01', -1, 'mine', '2024-02-03', 1, 0)
            """
        )
        #expect(await dock.perform(load.task("customer")).failure == nil)
        let failure = await dock.perform(load.task("sale 2024-02")).failure
        #expect(failure?.code == "warehouse.destructive_change")
        try await end(dock)
        let problem = try #require(
            await dock.problem { try await dock.create(definition, periods: "2024-02") }
        )
        #expect(
            problem == """
                1 row of the period `2024-02` lies in `shop.rest`, the default partition of \
                `shop.fact_sale`. No load has written it there, and Postgres makes no partition for a load \
                while it is there: nothing was changed. Take it away, or detach the default partition:
                    delete from shop.rest where period >= '2024-02-01' and period < '2024-03-01';
                    -- or: alter table "shop"."fact_sale" detach partition shop.rest;
                """
        )
        let lines = problem.split(separator: "\n").suffix(2)
        let way = isDetached ? lines.last?.dropFirst("    -- or: ".count) : lines.first
        try await dock.connection.script(SQL(raw: String(try #require(way))))
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await rows(dock).last == "shop.fact_sale_2024_02|2024-02-01|s4|2024-02-01")
    }
}
