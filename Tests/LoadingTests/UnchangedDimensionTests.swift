import Extraction
import Foundation
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("A dimension whose source has not changed", .serialized)
struct UnchangedDimensionTests {
    /// The load whose rows stand, by the newest load's task of the dimension; `nil` where its source was read.
    private func unchangedSince(_ load: DockedLoad, in dock: Dock) async throws -> Int64? {
        try await dock.ledger.tasks.reports(ofLoad: load.id).first { $0.table == "dim_customer" }?
            .unchangedSince
    }

    /// A region, and a customer who refers to it.
    private static let customerOfRegion = """
          region:
            from: { source: drops, csv: regions.csv }
            key: region_id
            columns:
              region_id: { type: text, required: true }
              name: { type: text }
          customer:
            from: { source: drops, csv: customers.csv }
            key: customer_id
            columns:
              customer_id: { type: text, required: true }
              name: { type: text }
              region: { references: region, from: region, missing: unknown }
        """

    private static func customer(
        of files: String = "customers.csv",
        name: String = "{ type: text }"
    ) -> String {
        """
          customer:
            from: { source: drops, csv: "\(files)" }
            key: customer_id
            columns:
              customer_id: { type: text, required: true }
              name: \(name)
        """
    }

    @Test(
        "is not read: its rows, its row of the control table and its rejects stay",
        arguments: [false, true]
    )
    func unchanged(keepsHistory: Bool) async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("customers.csv", Shop.customers + "c3,\"two\nlines\"x\n")
        let definition = try Shop.definition(
            customer: Self.customer(
                name: keepsHistory ? "{ type: text, scd: 2 }" : "{ type: text }"
            )
        )
        let first = try await dock.load(definition)
        #expect(first.counts("customer")?.rejected == 1)
        let before = try await dock.state(of: "shop.dim_customer")
        let second = try await dock.load(definition, periods: "2024-02")
        #expect(second.failures.isEmpty)
        #expect(try await unchangedSince(second, in: dock) == first.id)
        #expect(second.counts("customer") == RowCounts())
        // Only whose turn it is next is written: the claim.
        let after = try await dock.state(of: "shop.dim_customer")
        #expect(after.first == before.first)
        #expect(
            try await dock.row(
                "select loaded_by, rows_loaded from longshore.control where table_name = 'dim_customer'"
            ) == "\(first.id)|2"
        )
        #expect(
            try await dock.row("select count(*) from longshore.reject where state = 'open'") == "1"
        )
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "4")
        // The load after that still knows whose rows stand.
        let third = try await dock.load(definition)
        #expect(try await unchangedSince(third, in: dock) == first.id)
    }

    @Test("is read when a byte differs, though size and time are the same")
    func digest() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition)
        let (files, path) = (FileManager.default, dock.folder + "/data/customers.csv")
        let written = try #require(files.attributesOfItem(atPath: path)[.modificationDate] as? Date)
        try dock.write("customers.csv", "customer_id,name\nc1,Eva\nc2,Bo\n")
        try files.setAttributes([.modificationDate: written], ofItemAtPath: path)
        let load = try await dock.load(definition)
        #expect(try await unchangedSince(load, in: dock) == nil)
        #expect(
            try await dock.row("select name from shop.dim_customer where customer_id = 'c1'")
                == "Eva"
        )
    }

    @Test("is read when another file fits its pattern, or one is gone")
    func files() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(customer: Self.customer(of: "customers*.csv"))
        try await dock.load(definition)
        try dock.write("customers_2.csv", "customer_id,name\nc9,Ida\n")
        let more = try await dock.load(definition)
        #expect(try await unchangedSince(more, in: dock) == nil)
        #expect(more.counts("customer")?.read == 3)
        let same = try await dock.load(definition)
        #expect(try await unchangedSince(same, in: dock) == more.id)
    }

    @Test("is read when rows of its table are gone, which come back")
    func deleted() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition)
        try await dock.connection.query("delete from shop.dim_customer where customer_id = 'c2'")
        let load = try await dock.load(definition)
        #expect(try await unchangedSince(load, in: dock) == nil)
        #expect(
            try await dock.row("select count(*) from shop.dim_customer where customer_id = 'c2'")
                == "1"
        )
    }

    @Test("is read when its definition has changed")
    func definition() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(try Shop.definition())
        let load = try await dock.load(
            try Shop.definition(
                customer: Self.customer(name: "{ type: text, clean: [upper] }")
            )
        )
        #expect(try await unchangedSince(load, in: dock) == nil)
        #expect(
            try await dock.row("select min(name) from shop.dim_customer where customer_key > 0")
                == "ANA"
        )
    }

    @Test("is read when the load is told to refresh")
    func refresh() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition)
        try await dock.connection.query("update shop.dim_customer set name = 'by hand'")
        let plain = try await dock.load(definition)
        #expect(try await unchangedSince(plain, in: dock) != nil)
        let refreshed = try await dock.load(definition, refreshes: true)
        #expect(try await unchangedSince(refreshed, in: dock) == nil)
        #expect(
            try await dock.row(
                "select count(*) from shop.dim_customer where name = 'by hand' and customer_key > 0"
            )
                == "0"
        )
    }

    @Test("is read when what it refers to was changed")
    func others() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("regions.csv", "region_id,name\nr1,North\n")
        try dock.write("customers.csv", "customer_id,name,region\nc1,Ana,r1\nc2,Bo,r1\n")
        let definition = try Shop.definition(customer: Self.customerOfRegion)
        let first = try await dock.load(definition)
        #expect(first.failures.isEmpty)
        let second = try await dock.load(definition)
        #expect(try await unchangedSince(second, in: dock) == first.id)
        try dock.write("regions.csv", "region_id,name\nr1,South\n")
        let third = try await dock.load(definition)
        #expect(try await unchangedSince(third, in: dock) == nil)
        #expect(
            try await dock.row(
                "select count(*) from shop.dim_customer c join shop.dim_region r using (region_key) where r.name = 'South'"
            ) == "2"
        )
    }

    @Test("is read when a value is the time of a file, and that is another one")
    func fileTime() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            customer: Self.customer(name: "{ type: timestamp, from: \"{file_time}\" }")
        )
        try await dock.load(definition)
        let same = try await dock.load(definition)
        #expect(try await unchangedSince(same, in: dock) != nil)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
            ofItemAtPath: dock.folder + "/data/customers.csv"
        )
        let load = try await dock.load(definition)
        #expect(try await unchangedSince(load, in: dock) == nil)
    }

    @Test("is read when something else is expected of it")
    func expectations() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(try Shop.definition(customer: Self.customer()))
        let strict = Self.customer() + "\n    expect: { rows: { min: 100 } }"
        let load = try await dock.load(try Shop.definition(customer: strict))
        #expect(load.failure("customer")?.code == "warehouse.row_count")
    }

    @Test("whose query declares what tells of changes is asked again only when that has changed")
    func watermark() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.connection.query("create table people (id text, name text, at int)")
        try await dock.connection.query("insert into people values ('c1', 'Ana', 1)")
        let slot = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { $0 == "CRM_URL" ? dock.url : nil }
        )
        func definition(_ mark: String) throws -> Definition {
            try .text(
                """
                pipeline: shop
                sources: { crm: { postgres: "${CRM_URL}" } }
                dimensions:
                  customer:
                    from:
                      source: crm
                      query: select id, name from people
                      unchanged_by: \(mark)
                    key: id
                    columns: { id: { type: text, required: true }, name: { type: text } }
                """
            )
        }
        func since(_ definition: Definition) async throws -> (load: Int64, stands: Int64?) {
            let load = try await dock.load(definition, by: slot)
            #expect(load.failures.isEmpty)
            return (load.id, try await unchangedSince(load, in: dock))
        }
        let marked = try definition("select max(at), count(*) from people")
        let first = try await since(marked)
        #expect(first.stands == nil)
        // What its words do not tell is not seen.
        try await dock.connection.query("update people set name = 'Eva'")
        #expect(try await since(marked).stands == first.load)
        try await dock.connection.query("update people set at = 2")
        #expect(try await since(marked).stands == nil)
        #expect(
            try await dock.row("select name from shop.dim_customer where customer_key > 0") == "Eva"
        )
        for answer in ["select 1 where false", "select generate_series(1, 2)"] {
            let failed = try await dock.load(try definition(answer), by: slot)
            #expect(failed.failure("customer")?.code == "warehouse.watermark")
        }
        await slot.close()
    }

    @Test("whose source changes after it has told its state is read again by the next load")
    func changedAfterWatermark() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.connection.query("create table people (id text, at int)")
        try await dock.connection.query("insert into people values ('c1', 1)")
        let slot = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { $0 == "CRM_URL" ? dock.url : nil }
        )
        let definition = try Definition.text(
            """
            pipeline: shop
            sources: { crm: { postgres: "${CRM_URL}" } }
            dimensions:
              customer:
                from:
                  source: crm
                  query: select id from people
                  unchanged_by: select max(at) from people
                key: id
                columns: { id: { type: text, required: true } }
            """
        )
        let first = try await dock.create(definition)
        let changing = At(.opened) {
            try await dock.connection.query("insert into people values ('c2', 2)")
        }
        let task = first.task("customer")
        #expect(await dock.perform(task, by: slot, observer: changing).failure == nil)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let second = try await dock.load(definition, by: slot)
        #expect(try await unchangedSince(second, in: dock) == nil)
        #expect(try await dock.row("select count(*) from shop.dim_customer") == "3")
        await slot.close()
    }

    @Test("is read when what it refers to was changed while it was read")
    func changedMeanwhile() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("regions.csv", "region_id,name\nr1,North\n")
        try dock.write("customers.csv", "customer_id,name,region\nc1,Ana,r9\nc2,Bo,r1\n")
        let definition = try Shop.definition(customer: Self.customerOfRegion)
        let first = try await dock.create(definition)
        #expect(await dock.perform(first.task("region")).failure == nil)
        // Another load brings the region while the keys of regions are known already.
        let bringing = At(.opened) {
            try await dock.connection.query(
                """
                insert into shop.dim_region (region_id, name, load_id) values ('r9', 'Far', 1)
                """
            )
            try await dock.connection.query(
                "update longshore.control set revision = revision + 1 where table_name = 'dim_region'"
            )
        }
        #expect(await dock.perform(first.task("customer"), observer: bringing).failure == nil)
        let count =
            "select count(*) from shop.dim_customer where region_key = -1 and customer_key > 0"
        #expect(try await dock.row(count) == "1")
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let second = try await dock.load(definition)
        #expect(try await unchangedSince(second, in: dock) == nil)
        #expect(try await dock.row(count) == "0")
    }
}
