import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Tests of marts")
struct MartTestTests {
    private static let monthly = """
        with sales as (select * from fact_sale where period = :period_start)
        select name, sum(amount) as amount from sales join dim_customer using (customer_key)
        group by name
        """

    private func definition(_ tests: String, files: [String: String] = [:]) throws -> Definition {
        try Shop.definition(
            others: """
                marts:
                  by_name:
                    sql: by_name.sql
                    per: period
                    tests: [\(tests)]
                """,
            marts: files.merging(["by_name.sql": Self.monthly]) { $1 }
        )
    }

    @Test(
        "that hold let the mart commit",
        arguments: [
            "{ unique: name }", "{ unique: [name, amount] }", "{ not_null: [name, amount] }",
            "{ accepted_range: { column: amount, min: 0, max: 20.50 } }",
            "{ accepted_values: { column: name, values: [Ana, Bo] } }", "{ sql: positive.sql }",
        ]
    )
    func holding(test: String) async throws {
        let dock = try await Dock(Shop.files)
        let files = ["positive.sql": "select * from mart_by_name where amount <= 0"]
        #expect(try await dock.load(definition(test, files: files)).failures == [])
        #expect(try await dock.row("select count(*) from shop.mart_by_name") == "2")
    }

    /// Two customers called Ana make a group of their own in no test but this one's data.
    private static let broken: [(String, String, Int)] = [
        ("{ not_null: [amount, name] }", "not_null (amount, name)", 1),
        ("{ accepted_range: { column: amount, max: 20 } }", "accepted_range (amount)", 1),
        ("{ accepted_range: { column: amount, min: 6, max: 8 } }", "accepted_range (amount)", 2),
        ("{ accepted_values: { column: name, values: [Bo] } }", "accepted_values (name)", 1),
        ("{ unique: amount }", "unique (amount)", 1),
        ("{ sql: tests/few.sql }", "tests/few.sql", 1),
    ]

    @Test("that fail leave the old mart untouched, and say how to see the rows", arguments: broken)
    func failing(test: String, title: String, rows: Int) async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition("{ not_null: amount }"))
        let before = try await dock.state(of: "shop.mart_by_name").first
        try dock.write("customers.csv", "customer_id,name\nc1,Ana\nc2,Bo\nc3,\n")
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\nx,2024-01-01,c1,7\ny,2024-01-01,c2,30\n"
                + (title.hasPrefix("unique") ? "z,2024-01-01,c3,7\n" : "z,2024-01-01,c3,5\n")
        )
        if title.hasPrefix("accepted_range (amount)"), rows == 1 {
            try dock.write("customers.csv", "customer_id,name\nc1,Ana\nc2,Bo\nc3,Cy\n")
        }
        let few = [
            "tests/few.sql":
                "select n from (select count(*) as n from mart_by_name where period = :period_start) x "
                + "where n > 2"
        ]
        let load = try await dock.load(definition(test, files: few))
        let failure = try #require(load.failure("by_name 2024-01"))
        #expect(failure.code == "warehouse.mart_test")
        let noun = rows == 1 ? "row" : "rows"
        #expect(
            failure.message.hasPrefix(
                "`mart_by_name 2024-01` is as it was, for the test `\(title)` finds \(rows) \(noun). "
                    + "To see them:\n    begin read only; set local search_path to \"shop\"; set local timezone "
                    + "to 'UTC'; with \"mart_by_name\" as (select "
            ),
            "\(failure.message)"
        )
        #expect(!failure.message.contains("30"))
        #expect(try await dock.state(of: "shop.mart_by_name").first == before)
        let statements = try #require(failure.message.split(separator: "\n    ").last)
        let parts = statements.split(separator: "; ")
        for setting in parts.prefix(3) {
            try await dock.connection.query(SQL(raw: String(setting)))
        }
        #expect(try await dock.rows(String(parts[3])).count == rows)
        try await dock.connection.query(SQL(raw: String(parts[4])))
    }

    @Test("of another period are not this one's; a null breaks only `not_null`")
    func scope() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition("{ not_null: amount }"))
        try dock.write("customers.csv", "customer_id,name\nc1,Ana\nc2,\n")
        let strict =
            "{ accepted_range: { column: amount, max: 8 } }, "
            + "{ accepted_values: { column: name, values: [Ana] } }, { unique: name }"
        #expect(try await dock.load(definition(strict), periods: "2024-02").failures == [])
    }

    @Test("that warn let the mart commit and show the statement for its table")
    func warning() async throws {
        let dock = try await Dock(Shop.files)
        let test = "{ accepted_range: { column: amount, max: 20 }, severity: warn }"
        let load = try await dock.load(definition(test))
        #expect(load.failures == [])
        let warning = try #require(
            try await dock.ledger.tasks.reports(ofLoad: load.id).flatMap(\.warnings).first
        )
        #expect(
            warning == """
                the test `accepted_range (amount)` finds 1 row; to see them: select * from \
                "shop"."mart_by_name" where period = date '2024-01-01' and ("amount" > '20');
                """
        )
    }

    @Test("that Postgres does not understand refuse the load before it begins")
    func misspelt() async throws {
        let dock = try await Dock(Shop.files)
        for (test, problem) in [
            ("{ unique: nam }", "the test `unique (nam)` of the mart `by_name`: column \"nam\""),
            (
                "{ accepted_range: { column: amount, min: few } }",
                "the test `accepted_range (amount)` of the mart `by_name`: invalid input syntax"
            ),
        ] {
            let said = await dock.problem { try await dock.create(definition(test)) }
            #expect(said?.contains(problem) == true, "\(said ?? "")")
        }
    }
}
