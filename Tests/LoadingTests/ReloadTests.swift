import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Reloading a period", .serialized)
struct ReloadTests {
    private static let header = "sale_id,sold_on,customer_id,amount\n"
    /// The rows of each version of a period: more than a swap is worth its lock for.
    private static let sizes = [12_000, 12_500, 11_000, 13_000]
    private static let leaf = "select 'shop.fact_sale_2024_01'::regclass::oid::text as leaf"
    /// How long a look may take beyond the lock's timeout on a machine that is busy.
    private static let margin = Duration.milliseconds(1_500)
    private static let lockTimeout = Duration.milliseconds(250)

    private static func sales(_ period: String, version: Int) -> String {
        header + (0..<sizes[version]).map { "x\($0),\(period)-02,c1,\(version)\n" }.joined()
    }

    private static func definition(_ reload: String, _ others: String = "") throws -> Definition {
        try Shop.definition(
            sale: Shop.sale(expect: "reload: \(reload)\n    \(others)")
        )
    }

    /// A dock with version 0 of January, and its partition's identity.
    private func dock(_ definition: Definition) async throws -> (Dock, leaf: String) {
        let dock = try await Dock(Shop.files)
        try dock.write("sales_2024-01.csv", Self.sales("2024-01", version: 0))
        #expect(try await dock.load(definition).failures == [])
        let leaf = try await dock.row(Self.leaf)
        try dock.write("sales_2024-01.csv", Self.sales("2024-01", version: 1))
        return (dock, leaf)
    }

    private func seen(_ version: Int) -> String {
        "\(Self.sizes[version])|\(version).00|\(version).00"
    }

    private func rows(_ dock: Dock) async throws -> String {
        try await dock.row("select count(*), min(amount), max(amount) from shop.fact_sale")
    }

    @Test("with `swap` many rows go into a new partition, which is like the old one")
    func swap() async throws {
        let definition = try Self.definition("swap")
        let (dock, old) = try await dock(definition)
        let load = try await dock.load(definition)
        #expect(load.counts("sale 2024-01")?.loaded == Self.sizes[1])
        #expect(try await rows(dock) == seen(1))
        #expect(try await dock.row(Self.leaf) != old)
        #expect(
            try await dock.rows(
                """
                select c.relname, i.indexrelid::regclass as index, i.indisunique,
                    (select count(*) from pg_inherits where inhrelid = i.indexrelid) as attached,
                    (select count(*) from pg_constraint where conrelid = c.oid) as constraints
                from pg_class c join pg_index i on i.indrelid = c.oid
                join pg_inherits h on h.inhrelid = c.oid and h.inhparent = 'shop.fact_sale'::regclass
                """
            ) == ["fact_sale_2024_01|shop.fact_sale_2024_01_grain|t|1|0"]
        )
        #expect(
            try await dock.row(
                "select rows_loaded, rows_replaced from longshore.task "
                    + "where load_id = \(load.id) and kind = 'fact'"
            ) == "\(Self.sizes[1])|\(Self.sizes[0])"
        )
        #expect(try await dock.rows("select from pg_class where relname like 'reload%'") == [])
        #expect(try await dock.load(definition).failures == [])
    }

    @Test("few rows are deleted and copied, as are all where nobody asked for a swap")
    func delete() async throws {
        for (reload, version) in [
            ("swap", nil), ("delete", 1), ("swap\n    duplicates: keep_last", 1),
        ] {
            let definition = try Self.definition(reload)
            let (dock, _) = try await dock(definition)
            if version == nil {
                try dock.write("sales_2024-01.csv", Shop.january)
                #expect(try await dock.load(definition).failures == [])
            }
            let old = try await dock.row(Self.leaf)
            #expect(try await dock.load(definition).failures == [])
            #expect(try await dock.row(Self.leaf) == old)
        }
    }

    @Test("an audit that fails leaves the old partition, and nothing of the new one")
    func audit() async throws {
        let definition = try Self.definition("swap", "expect: { rows: { max: 12200 } }")
        let (dock, old) = try await dock(definition)
        let load = try await dock.load(definition)
        #expect(load.failure("sale 2024-01")?.code == "warehouse.row_count")
        #expect(try await rows(dock) == seen(0))
        #expect(try await dock.row(Self.leaf) == old)
        #expect(try await dock.rows("select from pg_class where relname like 'reload%'") == [])
    }

    @Test(
        "a reader that keeps its lock does not make the load fail, and goes on seeing what it saw"
    )
    func longReader() async throws {
        let definition = try Self.definition("swap")
        let (dock, old) = try await dock(definition)
        let reader = try await PostgresConnection.connect(dock.configuration)
        try await reader.query("begin isolation level repeatable read")
        let count: SQL = "select count(*) as n from shop.fact_sale"
        #expect(try await reader.query(count).first?.integer("n") == Self.sizes[0])
        let readers = Readers(dock.configuration, sizes: Self.sizes)
        let sight = try await readers.watch(2) {
            let load = try await dock.load(definition)
            #expect(load.counts("sale 2024-01")?.loaded == Self.sizes[1])
        }
        #expect(sight.faults == [])
        #expect(sight.longest < Self.lockTimeout + Self.margin)
        #expect(try await reader.query(count).first?.integer("n") == Self.sizes[0])
        try await reader.query("commit")
        #expect(try await rows(dock) == seen(1))
        #expect(try await dock.row(Self.leaf) == old)
        await reader.close()
    }

    @Test(
        "a snapshot that is older than the reload finds the period whole when it looks afterwards",
        arguments: [("delete", 0), ("swap", 1)]
    )
    func oldSnapshot(_ reload: String, _ version: Int) async throws {
        let definition = try Self.definition(reload)
        let (dock, _) = try await dock(definition)
        let reader = try await PostgresConnection.connect(dock.configuration)
        try await reader.query("begin isolation level repeatable read")
        try await reader.query("select count(*) from longshore.load")
        #expect(try await dock.load(definition).failures == [])
        let found = try await reader.query(
            "select count(*) as n, min(amount)::int as version from shop.fact_sale"
        )
        #expect(try found.first?.integer("n") == Self.sizes[version])
        #expect(try found.first?.integer("version") == version)
        try await reader.query("commit")
        await reader.close()
    }

    @Test("a view on a partition keeps it where it is, and the load goes on")
    func view() async throws {
        let definition = try Self.definition("swap")
        let (dock, old) = try await dock(definition)
        try await dock.connection.query(
            "create view shop.january as select * from shop.fact_sale_2024_01"
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.row(Self.leaf) == old)
        #expect(try await dock.row("select count(*) from shop.january") == "\(Self.sizes[1])")
    }

    @Test(
        "readers who poll while every period is reloaded see old or new, never a mix, and wait little",
        arguments: ["delete", "swap"]
    )
    func readers(_ reload: String) async throws {
        let definition = try Self.definition(reload)
        let dock = try await Dock(Shop.files)
        let periods = ["2024-01", "2024-02"]
        func write(_ version: Int) throws {
            for period in periods {
                try dock.write("sales_\(period).csv", Self.sales(period, version: version))
            }
        }
        try write(0)
        try await dock.load(definition, periods: "2024-01..2024-02")
        let before = try await dock.row(Self.leaf)
        let sight = try await Readers(dock.configuration, sizes: Self.sizes)
            .watch(3) {
                for version in 1..<Self.sizes.count {
                    try write(version)
                    let load = try await dock.load(definition, periods: "2024-01..2024-02")
                    #expect(load.failures == [])
                }
            }
        #expect(sight.faults == [])
        #expect(sight.looks > 50)
        #expect(sight.longest < Self.lockTimeout + Self.margin)
        #expect(try await (dock.row(Self.leaf) != before) == (reload == "swap"))
    }
}
