import Loading
import Pipelines
import Planning
import Postgres
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("References of facts", .serialized)
struct ReferenceTests {
    private let sales = """
        sale_id,sold_on,customer_id,amount
        s1,2024-01-05,c1,1
        s2,2024-01-06,c9,1
        s3,2024-01-07,,1
        s4,2024-01-08,c8,1
        s5,2024-01-09,c9,1

        """

    private func load(missing: String) async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(Shop.files)
        try dock.write("sales_2024-01.csv", sales)
        let definition = try Shop.definition(sale: Shop.sale(missing: missing))
        return (dock, try await dock.load(definition))
    }

    private func keys(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            """
            select sale_id, customer_id, customer_key = -1 as unknown, is_inferred
            from shop.fact_sale join shop.dim_customer using (customer_key) order by sale_id
            """
        )
    }

    @Test("`missing: reject` refuses rows whose key is unknown or empty")
    func reject() async throws {
        let (dock, load) = try await load(missing: "reject")
        #expect(load.counts("sale 2024-01") == RowCounts(read: 5, loaded: 1, rejected: 4))
        #expect(try await keys(dock) == ["s1|c1|f|f"])
        #expect(
            try await dock.rows(
                "select line, column_name, rule, reason from longshore.reject order by line"
            ) == [
                "3|customer|references|`c9` is no member of what it references",
                "4|customer|required|it is empty, and the reference must name a member",
                "5|customer|references|`c8` is no member of what it references",
                "6|customer|references|`c9` is no member of what it references",
            ]
        )
    }

    @Test("`missing: unknown` points such rows to the unknown member")
    func unknown() async throws {
        let (dock, load) = try await load(missing: "unknown")
        #expect(load.counts("sale 2024-01") == RowCounts(read: 5, loaded: 5))
        #expect(
            try await keys(dock)
                == ["s1|c1|f|f", "s2|∅|t|f", "s3|∅|t|f", "s4|∅|t|f", "s5|∅|t|f"]
        )
    }

    @Test(
        "`missing: infer` makes placeholders, one a key, and points empty keys to the unknown member"
    )
    func infer() async throws {
        let (dock, load) = try await load(missing: "infer")
        #expect(load.counts("sale 2024-01") == RowCounts(read: 5, loaded: 5))
        #expect(
            try await keys(dock)
                == ["s1|c1|f|f", "s2|c9|f|t", "s3|∅|t|f", "s4|c8|f|t", "s5|c9|f|t"]
        )
        #expect(
            try await dock.rows(
                """
                select customer_id, name, is_inferred, load_id = \(load.id) as mine
                from shop.dim_customer where is_inferred order by 1
                """
            ) == ["c8|∅|t|t", "c9|∅|t|t"]
        )
    }

    @Test("a placeholder is completed under its key when the real row comes")
    func completed() async throws {
        let (dock, _) = try await load(missing: "infer")
        let key = "select customer_key from shop.dim_customer where customer_id = 'c9'"
        let before = try await dock.row(key)
        try dock.write("customers.csv", Shop.customers + "c9,Zoe\n")
        #expect(
            try await dock.load(Shop.definition(sale: Shop.sale(missing: "infer"))).failures == []
        )
        #expect(try await dock.row(key) == before)
        #expect(
            try await dock.rows(
                "select customer_id, name, is_inferred from shop.dim_customer order by 1"
            ) == ["c1|Ana|f", "c2|Bo|f", "c8|∅|t", "c9|Zoe|f", "∅|∅|f"]
        )
    }

    @Test("two tasks that infer the same members at once make each of them once")
    func inferredAtOnce() async throws {
        let dock = try await Dock(["customers.csv": Shop.customers])
        for period in ["2024-01", "2024-02"] {
            let rows = (0..<3_000).shuffled()
                .map { "\(period)-\($0),\(period)-02,new\($0 % 1_500),1\n" }
            try dock.write(
                "sales_\(period).csv",
                "sale_id,sold_on,customer_id,amount\n" + rows.joined()
            )
        }
        let load = try await dock.create(
            Shop.definition(sale: Shop.sale(missing: "infer")),
            periods: "2024-01..2024-02"
        )
        #expect(await dock.perform(load.task("customer")).failure == nil)
        let other = WarehouseLoader(dock.configuration)
        async let january = dock.perform(load.task("sale 2024-01"))
        async let february = dock.perform(load.task("sale 2024-02"), by: other)
        let outcomes = await [january, february]
        #expect(
            outcomes == Array(repeating: .loaded(RowCounts(read: 3_000, loaded: 3_000)), count: 2)
        )
        #expect(
            try await dock.row(
                """
                select count(*) as facts, count(distinct customer_id) as members,
                    count(distinct customer_key) as keys
                from shop.fact_sale join shop.dim_customer using (customer_key)
                """
            ) == "6000|1500|1500"
        )
        await other.close()
    }

    @Test("inferring waits for a merge of the dimension and takes the member that it made")
    func inferredDuringMerge() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c7,1\n"
        )
        let definition = try Shop.definition(sale: Shop.sale(missing: "infer"))
        let load = try await dock.create(definition)
        #expect(await dock.perform(load.task("customer")).failure == nil)
        try dock.write("customers.csv", Shop.customers + "c7,Cy\n")
        let other = try await dock.create(definition, periods: "2024-02")
        let sale = Mutex<Task<TaskOutcome, Never>?>(nil)
        let merge = At(.swapped) {
            let attempt = Task { await dock.perform(load.task("sale 2024-01")) }
            sale.withLock { $0 = attempt }
            await eventually("the attempt waits for the merge") {
                try await dock
                    .rows(
                        """
                        select pid from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'
                        """
                    )
                    .isEmpty == false
            }
        }
        let merger = WarehouseLoader(dock.configuration)
        let merged = await dock.perform(other.task("customer"), by: merger, observer: merge)
        #expect(merged == .loaded(RowCounts(read: 3, loaded: 3)))
        let attempt = try #require(sale.withLock { $0 })
        #expect(await attempt.value == .loaded(RowCounts(read: 1, loaded: 1)))
        await merger.close()
        #expect(try await dock.rows(Shop.facts) == ["2024-01-01|s1|c7|1.00"])
        #expect(try await dock.row("select bool_or(is_inferred) from shop.dim_customer") == "f")
    }

    @Test("a fact points to the version that held at its own time; before the first, to the first")
    func asOf() async throws {
        let dock = try await Dock([
            "agents.csv": """
            agent_id,since,team
            a1,2024-01-10 00:00:00,North
            a1,2024-01-20 12:00:00,South

            """,
            "calls_2024-01.csv": """
            call_id,at,agent
            early,2024-01-01 00:00:00,a1
            start,2024-01-10 00:00:00,a1
            last,2024-01-20 11:59:59,a1
            next,2024-01-20 12:00:00,a1
            end,2024-01-31 23:59:59,a1

            """,
        ])
        let load = try await dock.load(Shop.calls())
        #expect(load.failures == [])
        #expect(
            try await dock.rows(
                """
                select call_id, team from desk.fact_call join desk.dim_agent using (agent_key)
                order by at
                """
            ) == ["early|North", "start|North", "last|North", "next|South", "end|South"]
        )
    }

    @Test("a member that comes while a fact is loaded is found by the fact's own time too")
    func cameMeanwhile() async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na0,2024-01-01 00:00:00,North\n",
            "calls_2024-01.csv": """
            call_id,at,agent
            x,2024-01-15 00:00:00,a1
            y,2024-01-25 00:00:00,a1

            """,
        ])
        let load = try await dock.create(Shop.calls())
        #expect(await dock.perform(load.task("agent")).failure == nil)
        try dock.write(
            "agents.csv",
            "agent_id,since,team\na1,2024-01-10 00:00:00,North\na1,2024-01-20 00:00:00,South\n"
        )
        let other = try await dock.create(Shop.calls(), periods: "2024-02")
        let merger = WarehouseLoader(dock.configuration)
        let outcome = await dock.perform(
            load.task("call 2024-01"),
            observer: At(.opened) { _ = await dock.perform(other.task("agent"), by: merger) }
        )
        #expect(outcome == .loaded(RowCounts(read: 2, loaded: 2)))
        #expect(
            try await dock.rows(
                """
                select call_id, team from desk.fact_call join desk.dim_agent using (agent_key)
                order by call_id
                """
            ) == ["x|North", "y|South"]
        )
        await merger.close()
    }

    @Test(
        "a day begins with its midnight in the pipeline's zone, for versions and facts alike",
        arguments: ["America/Bogota", "Pacific/Auckland"]
    )
    func daysOfZone(zone: String) async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na1,2024-01-01,North\na1,2024-01-20,South\n",
            "calls_2024-01.csv": """
            call_id,at,agent
            x,2024-01-19 23:30:00,a1
            y,2024-01-20 00:00:00,a1

            """,
            "days_2024-01.csv": "id,on,agent\nd,2024-01-19,a1\ne,2024-01-20,a1\n",
        ])
        func definition(_ zone: String) throws -> Definition {
            try .text(
                """
                pipeline: desk
                zone: \(zone)
                period: { grain: month, start: 2024-01 }
                sources:
                  drops: { files: data }
                dimensions:
                  agent:
                    from: { source: drops, csv: agents.csv }
                    key: agent_id
                    effective: since
                    columns:
                      agent_id: { type: text, required: true }
                      since: { type: date, required: true }
                      team: { type: text, scd: 2 }
                facts:
                  call:
                    from: { source: drops, csv: "calls_{period}.csv" }
                    period: at
                    grain: [id]
                    columns:
                      id: { type: text, from: call_id }
                      at: { type: timestamp, required: true }
                      agent: { references: agent, from: agent }
                  day:
                    from: { source: drops, csv: "days_{period}.csv" }
                    period: "on"
                    grain: [id]
                    columns:
                      id: { type: text }
                      "on": { type: date, required: true }
                      agent: { references: agent, from: agent }
                """
            )
        }
        #expect(try await dock.load(definition(zone)).failures == [])
        for (fact, expected) in [
            ("call", ["x|North", "y|South"]), ("day", ["d|North", "e|South"]),
        ] {
            #expect(
                try await dock.rows(
                    "select id, team from desk.fact_\(fact) join desk.dim_agent using (agent_key) "
                        + "order by 1"
                ) == expected
            )
        }
        let problem = await dock.problem { try await dock.create(definition("UTC")) }
        let change =
            "its versions begin with the days of `\(zone)`, the definition says `zone: UTC`"
        #expect(problem?.contains(change) == true)
    }

    @Test("a late version re-keys a period when it is loaded again")
    func lateVersion() async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na1,2024-01-01 00:00:00,North\n",
            "calls_2024-01.csv": "call_id,at,agent\nx,2024-01-15 00:00:00,a1\n",
        ])
        #expect(try await dock.load(Shop.calls()).failures == [])
        try dock.write("agents.csv", "agent_id,since,team\na1,2024-01-10 00:00:00,South\n")
        #expect(try await dock.load(Shop.calls()).failures == [])
        #expect(
            try await dock.rows(
                "select call_id, team from desk.fact_call join desk.dim_agent using (agent_key)"
            ) == ["x|South"]
        )
    }
}
