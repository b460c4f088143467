import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@testable import Loading

/// Postgres may lose a partition in a session that knew the table before (docs/decisions/0081).
@Suite("What reads facts as a whole has a session of its own", .serialized)
struct OwnSessionTests {
    /// Has every row that a table gets note the session that writes it.
    private func note(_ event: String, on table: String, _ dock: Dock) async throws {
        try await dock.connection.script(
            """
            create table if not exists public.noted (pid integer, at timestamptz default clock_timestamp());
            create or replace function public.note() returns trigger language plpgsql as
                'begin insert into public.noted values (pg_backend_pid()); return null; end';
            create trigger note after \(raw: event) on \(raw: table) for each row
                execute function public.note();
            """
        )
    }

    private func sessions(_ dock: Dock) async throws -> Int {
        try await dock.rows("select distinct pid from public.noted").count
    }

    @Test("each computation of a mart, which its worker's earlier tasks did not have")
    func marts() async throws {
        let dock = try await Dock(Shop.files)
        let sql = """
            select pg_backend_pid() as pid, count(*) as sales from fact_sale
            where period >= :period_start and period < :period_end
            """
        let definition = try Shop.definition(
            others: "marts: { session: { sql: session.sql, per: period } }",
            marts: ["session.sql": sql]
        )
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        #expect(
            try await dock.rows(
                "select count(distinct pid), sum(sales) from shop.mart_session"
            ) == ["2|4"]
        )
    }

    @Test("the check of a load, as its creation")
    func checks() async throws {
        let dock = try await Dock(Shop.files)
        let (request, graph) = try dock.request(Shop.definition())
        let client = dock.ledger.client
        for check in [true, false] {
            _ = try await client.query("select 1")
            let before = await client.generation
            if check {
                try await dock.ledger.requests.check(request, tasks: graph.tasks)
            } else {
                _ = try await dock.ledger.requests.create(request, tasks: graph.tasks)
            }
            #expect(await client.generation == before + 1, "\(check)")
        }
    }

    @Test("each merge into a fact that has periods")
    func merges() async throws {
        let dock = try await Dock(Orders.files)
        let definition = try Orders.definition()
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        try await note("insert", on: "trade.fact_order", dock)
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await dock.load(definition, periods: "2024-02").failures == [])
        #expect(try await sessions(dock) == 2)
    }

    @Test("a dimension whose late versions are looked for in facts; no other")
    func movedVersions() async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na1,2024-01-01 00:00:00,North\n",
            "calls_2024-01.csv": "call_id,at,agent\nj1,2024-01-25 00:00:00,a1\n",
        ])
        let definition = try Shop.calls()
        #expect(try await dock.load(definition).failures == [])
        try await note("insert", on: "desk.dim_agent", dock)
        for agents in [
            "a2,2024-01-01 00:00:00,West\n", "a3,2024-01-01 00:00:00,West\n",
            "a1,2024-01-10 00:00:00,South\n",
        ] {
            try dock.write("agents.csv", "agent_id,since,team\n" + agents)
            var load = try await dock.create(definition, periods: "2024-02")
            load.outcomes["agent"] = await dock.perform(load.task("agent"))
            #expect(load.failures == [])
        }
        #expect(try await sessions(dock) == 2)
        #expect(
            try await dock.rows("select state from longshore.control where period = '2024-01'")
                == ["stale"]
        )
    }

    @Test("others are told once more of a partition, and a column keeps its statistics target")
    func reminder() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        #expect(try await dock.load(definition).failures == [])
        try await dock.connection.query(
            "alter table only shop.fact_sale alter column period set statistics 77"
        )
        let column = """
            select xmin, attstattarget from pg_attribute
            where attrelid = 'shop.fact_sale'::regclass and attname = 'period'
            """
        let before = try await dock.row(column)
        let reminder = PartitionReminder(dock.configuration, pause: .seconds(600))
        let slot = WarehouseLoader(dock.configuration, reminder: reminder)
        #expect(try await dock.load(definition, periods: "2024-02", by: slot).failures == [])
        #expect(try await dock.row(column) == before)
        await reminder.close()
        let after = try await dock.row(column)
        #expect(after != before && after.hasSuffix("|77"))
        // A period that has its partition already changes no list.
        #expect(try await dock.load(definition, periods: "2024-02", by: slot).failures == [])
        await reminder.close()
        #expect(try await dock.row(column) == after)
        await slot.close()
    }

    @Test(
        "so they are when a pause is over, however long the slot is busy, and again where the table was locked"
    )
    func reminderInTime() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        #expect(try await dock.load(definition).failures == [])
        let column = """
            select xmin from pg_attribute where attrelid = 'shop.fact_sale'::regclass and attname = 'period'
            """
        let before = try await dock.row(column)
        let reminder = PartitionReminder(dock.configuration, pause: .milliseconds(300))
        let slot = WarehouseLoader(dock.configuration, reminder: reminder)
        let lock = try await PostgresConnection.connect(dock.configuration)
        #expect(try await dock.load(definition, periods: "2024-02", by: slot).failures == [])
        try await lock.script("begin; lock table shop.fact_sale in share mode")
        try await Task.sleep(for: .milliseconds(900))
        #expect(try await dock.row(column) == before)
        await lock.close()
        await eventually("the table is told of") { try await dock.row(column) != before }
        await reminder.close()
        await slot.close()
    }

    @Test("a table that cannot be told of is named")
    func givenUp() async throws {
        let away = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none")
        let named = Mutex<[String]>([])
        let reminder = PartitionReminder(away, pause: .seconds(600)) { table in
            named.withLock { $0.append(table) }
        }
        await reminder.note(PeriodKey(schema: "shop", table: "fact_sale", period: ""))
        await reminder.close()
        #expect(named.withLock(\.self) == ["fact_sale"])
    }
}
