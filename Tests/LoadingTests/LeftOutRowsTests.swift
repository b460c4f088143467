import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

/// A rule or a trigger of a table's owner leaves rows out, of which Postgres says nothing.
@Suite("Rows that rules and triggers leave out", .serialized)
struct LeftOutRowsTests {
    /// Each table has rows that are new, and rows that change.
    private static let later = [
        "customers.csv": "id,rank\nc1,5\nc2,2\nc3,1\n",
        "agents.csv": "id,since,level\na1,2024-01-01,5\na1,2024-02-01,4\na3,2024-01-01,3\n",
        "guests.csv": "id\ng1\ng3\n",
        "sales_2024-01.csv": "id,on,customer,n\ns1,2024-01-05,c1,6\ns3,2024-01-06,c9,5\n",
        "rates.csv": "id,n\nr1,4\nr2,5\n",
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        var task: String
        var table: String
        /// `insert`, `update`, `delete`; a rule when it begins so.
        var code: String
        var sale = ""
        var rate = ""
        /// What is to be written again.
        var before = ""
        var testDescription: String { "\(task) \(sale)\(rate): \(code) at \(table)" }
    }

    private static let cases = [
        Case(task: "customer", table: "dim_customer", code: "insert"),
        Case(task: "customer", table: "dim_customer", code: "update"),
        Case(task: "customer", table: "dim_customer", code: "rule at insert"),
        Case(task: "customer", table: "dim_customer", code: "rule at update"),
        Case(task: "agent", table: "dim_agent", code: "insert"),
        Case(task: "agent", table: "dim_agent", code: "update"),
        Case(task: "agent", table: "dim_agent_observed", code: "insert"),
        Case(task: "agent", table: "dim_agent_observed", code: "update"),
        Case(task: "agent", table: "dim_agent_absent", code: "insert"),
        Case(task: "guest", table: "dim_guest", code: "update"),
        Case(
            task: "day",
            table: "dim_day",
            code: "insert",
            before: "delete from yard.dim_day where date > '2024-11-30'"
        ),
        Case(
            task: "day",
            table: "dim_day",
            code: "update",
            before: "update yard.dim_day set is_inferred = true where date = '2024-03-01'"
        ),
        Case(task: "sale 2024-01", table: "dim_customer", code: "insert"),
        Case(task: "sale 2024-01", table: "fact_sale", code: "insert"),
        Case(task: "sale 2024-01", table: "fact_sale", code: "delete"),
        Case(
            task: "sale 2024-01",
            table: "fact_sale",
            code: "insert",
            sale: "duplicates: keep_last"
        ),
        Case(task: "sale 2024-01", table: "fact_sale", code: "insert", sale: "load: merge"),
        Case(task: "sale 2024-01", table: "fact_sale", code: "delete", sale: "load: merge"),
        Case(
            task: "sale 2024-01",
            table: "fact_sale",
            code: "rule at insert",
            sale: "load: merge"
        ),
        Case(task: "sale 2024-01", table: "fact_sale", code: "insert", sale: "load: append"),
        Case(task: "rate", table: "fact_rate", code: "insert"),
        Case(task: "rate", table: "fact_rate", code: "rule at delete"),
        Case(
            task: "rate",
            table: "fact_rate",
            code: "rule at insert",
            rate: "duplicates: keep_first"
        ),
        Case(task: "total 2024-01", table: "mart_total", code: "insert"),
        Case(task: "total 2024-01", table: "mart_total", code: "delete"),
        Case(task: "total 2024-01", table: "mart_total", code: "rule at insert"),
    ]

    private static func statement(_ code: String, at table: String) -> String {
        if code.hasPrefix("rule at ") {
            return "create rule skip as on \(code.dropFirst(8)) to yard.\(table) do instead nothing"
        }
        return """
            create trigger skip before \(code) on yard.\(table) for each row execute function public.skip()
            """
    }

    private static func makeFunction(_ body: String, on dock: Dock) async throws {
        try await dock.connection.script(
            SQL(
                raw: """
                    create or replace function public.skip() returns trigger language plpgsql
                    as $$begin \(body) end$$
                    """
            )
        )
    }

    @Test(
        "fail the attempt, which names the table and the cause, and writes nothing",
        arguments: cases
    )
    func refused(_ test: Case) async throws {
        let definition = try Yard.definition(test.sale, test.rate)
        let dock = try await Dock(Yard.files)
        #expect(try await dock.load(definition).failures == [])
        for (name, text) in Self.later { try dock.write(name, text) }
        let load = try await dock.create(definition)
        for done in load.tasks.prefix(while: { $0.title != test.task }) {
            guard case .loaded = await dock.perform(load.task(done.title)) else {
                Issue.record("\(done.title) is not loaded")
                continue
            }
        }
        try await Self.makeFunction("return null;", on: dock)
        if !test.before.isEmpty { try await dock.connection.query(SQL(raw: test.before)) }
        try await dock.connection.query(SQL(raw: Self.statement(test.code, at: test.table)))
        let before = try await dock.state(of: "yard.\(test.table)")
        let outcome = await dock.perform(load.task(test.task))
        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.code == "warehouse.left_out", "\(failure)")
        let cause = test.code.hasPrefix("rule") ? "the rule `skip`" : "the trigger `skip`"
        #expect(failure.message.contains(cause), "\(failure)")
        #expect(failure.message.contains("yard.\(test.table.prefix(9))"), "\(failure)")
        #expect(try await dock.state(of: "yard.\(test.table)") == before)
    }

    @Test("are none where a trigger lets all rows pass, whatever it makes of them")
    func harmless() async throws {
        let definition = try Yard.definition()
        let dock = try await Dock(Yard.files)
        #expect(try await dock.load(definition).failures == [])
        for (name, text) in Self.later { try dock.write(name, text) }
        try await Self.makeFunction(
            "if tg_op = 'DELETE' then return old; end if; return new;",
            on: dock
        )
        let tables = [
            "dim_customer", "dim_agent", "dim_agent_observed", "dim_agent_absent", "dim_guest",
            "dim_day", "fact_sale", "fact_rate", "mart_total",
        ]
        for table in tables {
            let statement = Self.statement("insert or update or delete", at: table)
            try await dock.connection.query(SQL(raw: statement))
        }
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.rows("select id, rank from yard.dim_customer where id > '' order by 1")
                == [
                    "c1|5", "c2|2", "c3|1", "c9|∅",
                ]
        )
        #expect(try await dock.row("select sum(n) from yard.mart_total") == "11.00")
    }

    @Test("an unknown member that is left out is told when the load is created")
    func unknownMember() async throws {
        let definition = try Yard.definition()
        let dock = try await Dock(Yard.files)
        #expect(try await dock.load(definition).failures == [])
        try await Self.makeFunction("return null;", on: dock)
        try await dock.connection.query(SQL(raw: Self.statement("insert", at: "dim_customer")))
        try await dock.connection.query("delete from yard.dim_customer where customer_key = -1")
        let problem = await dock.problem { _ = try await dock.create(definition) }
        #expect(problem?.contains("the trigger `skip`") == true, "\(problem ?? "created")")
    }
}
