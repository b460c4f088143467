import Pipelines
import Planning
import Testing
import Warehouse

@Suite("Where a row came from")
struct TraceTests {
    private func value(_ name: String, _ row: TracedRow?) -> String? {
        row?.columns.first { $0.name == name }?.value
    }

    @Test("a fact's row tells its load, task, period, input and definition")
    func fact() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition, periods: "2024-01..2024-02")
        let load = try await dock.load(definition, periods: "2024-02")
        let old = try await dock.ledger.trace("shop.fact_sale", key: ["s2"])
        #expect(old.map(\.load) == [load.id - 1])
        #expect(value("amount", old.first) == "20.50")
        #expect(old.first?.origin?.period == "2024-01")
        let rows = try await dock.ledger.trace("fact_sale", key: ["s4"])
        let origin = try #require(rows.first?.origin)
        #expect(rows.count == 1)
        #expect(rows.first?.load == load.id)
        #expect(origin.task == load.task("sale 2024-02").description)
        #expect(origin.period == "2024-02")
        #expect(origin.input?.hasPrefix("sales_2024-02.csv (") == true)
        #expect(origin.definition == definition.bundle.digest)
        #expect(origin.worker == "test")
        #expect(origin.requestedBy == "test")
        #expect(origin.committedAt != nil)
    }

    @Test("a dimension's row tells the load that wrote it; a placeholder, who needed it")
    func dimension() async throws {
        var files = Shop.files
        files["sales_2024-01.csv"] = "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,new,1\n"
        let dock = try await Dock(files)
        let load = try await dock.load(Shop.definition(sale: Shop.sale(missing: "infer")))
        let known = try await dock.ledger.trace("dim_customer", key: ["c1"])
        #expect(known.map { value("name", $0) } == ["Ana"])
        #expect(known.first?.origin?.input?.hasPrefix("customers.csv (") == true)
        let inferred = try await dock.ledger.trace("dim_customer", key: ["new"])
        #expect(inferred.map(\.isInferred) == [true])
        #expect(inferred.first?.load == load.id)
        #expect(inferred.first?.origin == nil)
    }

    @Test("every version of a dimension's row is shown, oldest first, each with its load")
    func versions() async throws {
        let customer = """
              customer:
                from: { source: drops, csv: customers.csv }
                key: customer_id
                effective: since
                columns:
                  customer_id: { type: text, required: true }
                  name: { type: text, scd: 2 }
                  since: { type: date, required: true }
            """
        var files = Shop.files
        let header = "customer_id,name,since\nc2,Bo,2020-01-01\n"
        files["customers.csv"] = header + "c1,Ana,2020-01-01\n"
        let dock = try await Dock(files)
        let definition = try Shop.definition(customer: customer)
        try await dock.load(definition)
        try dock.write("customers.csv", header + "c1,Anna,2024-01-20\n")
        try await dock.load(definition)
        let rows = try await dock.ledger.trace("dim_customer", key: ["c1"])
        #expect(rows.map { value("name", $0) } == ["Ana", "Anna"])
        #expect(rows.map { value("is_current", $0) } == ["f", "t"])
        #expect(rows.allSatisfy { $0.origin != nil })
    }

    @Test("a reference in the grain is named by the business key of what it refers to")
    func referenceInGrain() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(sale: Shop.sale(grain: "[sold_on, customer]")))
        let rows = try await dock.ledger.trace("fact_sale", key: ["2024-01-06", "c2"])
        #expect(rows.map { value("sale_id", $0) } == ["s2"])
        #expect(try await dock.ledger.trace("fact_sale", key: ["2024-01-06", "c1"]).isEmpty)
    }

    @Test("a wrong table, a wrong number of values and a value of the wrong type are told in words")
    func mistakes() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(sale: Shop.sale(grain: "[sold_on, customer]")))
        func problem(_ table: String, _ key: [String]) async -> String? {
            await dock.problem { _ = try await dock.ledger.trace(table, key: key) }
        }
        #expect(
            await problem("fact_sail", ["x"])
                == "rows of `fact_sail` cannot be traced: no pipeline loads such a table: "
                + "`longshore periods` and `status LOAD` show them"
        )
        #expect(
            await problem("fact_sale", ["x"])
                == "rows of `fact_sale` cannot be traced: its rows are identified by `sold_on`, "
                + "`customer.customer_id`: give a value for each (given: 1)"
        )
        #expect(
            await problem("fact_sale", ["soon", "c1"])
                == "rows of `shop.fact_sale` cannot be traced: a value of the key is not of its "
                + "column's type: `sold_on` is date, `customer.customer_id` is text"
        )
    }
}
