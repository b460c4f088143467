import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("Unique columns")
struct UniqueTests {
    private static let rejects = """
        select column_name, rule, line, reason from longshore.reject where state = 'open' order by line
        """

    @Test("of a fact reject the rows whose value an earlier row has, and of no other period")
    func fact() async throws {
        let dock = try await Dock(Shop.files)
        let header = "sale_id,sold_on,customer_id,amount,receipt\n"
        try dock.write(
            "sales_2024-01.csv",
            header + "s1,2024-01-05,c1,1,A\ns1,2024-01-05,c1,1,A\ns2,2024-01-05,c1,1,A\n"
                + "s3,2024-01-05,c1,1,\ns4,2024-01-05,c1,1,\ns5,2024-01-05,nobody,1,B\n"
                + "s6,2024-01-05,c1,1,B\n"
        )
        try dock.write("sales_2024-02.csv", header + "s7,2024-02-05,c1,1,A\n")
        let column = "amount: { type: integer }\n      receipt: { type: text, unique: true }"
        let definition = try Shop.definition(sale: Shop.sale(amount: column))
        let load = try await dock.load(definition, periods: "2024-01..2024-02")
        #expect(load.failures == [])
        #expect(
            load.counts("sale 2024-01")
                == RowCounts(read: 7, loaded: 4, rejected: 2, deduplicated: 1)
        )
        #expect(
            try await dock.rows(Self.rejects) == [
                "receipt|unique|4|line 2 has `A` already, which may stand only once",
                "customer|references|7|`nobody` is no member of what it references",
            ]
        )
    }

    @Test("of a dimension may be told twice of one member, and of two members not")
    func dimension() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("customers.csv", "customer_id,name\nc1,Ana\nc2,Bo\nc1,Ana\nc3,Ana\n")
        let unique = Shop.customer.replacing(
            "name: { type: text }",
            with: "name: { type: text, unique: true }"
        )
        let load = try await dock.load(Shop.definition(customer: unique))
        #expect(
            load.counts("customer") == RowCounts(read: 4, loaded: 2, rejected: 1, deduplicated: 1)
        )
        #expect(
            try await dock.rows(Self.rejects)
                == ["name|unique|5|line 2 has `Ana` already, which may stand only once"]
        )
    }

    @Test("with `keep_last` let rows of one grain repeat their value")
    func keepLast() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,1\ns1,2024-01-06,c1,1\n"
                + "s2,2024-01-06,c1,1\n"
        )
        let sale = Shop.sale(amount: "amount: { type: integer, unique: true }")
            .replacing("grain: [sale_id]", with: "grain: [sale_id]\n    duplicates: keep_last")
        let load = try await dock.load(Shop.definition(sale: sale))
        #expect(
            load.counts("sale 2024-01")
                == RowCounts(read: 3, loaded: 1, rejected: 1, deduplicated: 1)
        )
    }

    @Test("are no matter of references")
    func reference() {
        let sale = Shop.sale().replacing("missing: reject", with: "missing: reject, unique: true")
        #expect {
            try Shop.definition(sale: sale)
        } throws: {
            "\($0)".contains("a reference has no key `unique`")
        }
    }
}
