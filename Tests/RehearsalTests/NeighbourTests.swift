import Extraction
import Pipelines
import Planning
import Postgres
import Rehearsal
import StarSchema
import Testing
import WarehouseTestSupport

@testable import Ledger

/// What others in the same database, or another pipeline's SQL, must not be able to do to a load.
@Suite("Neighbours in the warehouse", .timeLimit(.minutes(2)))
struct NeighbourTests {
    private static func definition(_ pipeline: String, mart: String) throws -> Definition {
        try .text(
            """
            pipeline: \(pipeline)
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
            dimensions:
            \(Shop.customer)
            facts:
            \(Shop.sale())
            marts: { seen: { sql: seen.sql } }
            """,
            files: ["seen.sql": mart]
        )
    }

    @Test("what the SQL of a mart sets in its session is gone before the next task")
    func sessions() async throws {
        let dock = try await Dock(Shop.files)
        let hostile = """
            select count(*) as n, set_config('default_transaction_read_only', 'on', false) as a,
                set_config('timezone', 'Asia/Tokyo', false) as b, set_config('work_mem', '64kB', false) as c,
                pg_try_advisory_lock(7) as d
            from fact_sale
            """
        let curious = """
            select (select count(*) from pg_locks
                    where pid = pg_backend_pid() and locktype = 'advisory') as locks,
                (select setting = reset_val from pg_settings where name = 'work_mem') as is_usual
            """
        #expect(try await dock.load(Self.definition("hostile", mart: hostile)).failures == [])
        #expect(try await dock.load(Self.definition("curious", mart: curious)).failures == [])
        #expect(try await dock.rows("select locks, is_usual from curious.mart_seen") == ["0|t"])
    }

    @Test("who keeps a schema is named, and is not waited for without end")
    func heldSchema() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let holder = try await PostgresConnection.connect(dock.configuration)
        let pid = try #require(holder.backendPID)
        try await holder.script(
            "begin; select from longshore.lock where name = 'schema shop' for update"
        )
        let problem = await dock.problem {
            let (request, graph) = try dock.request(Shop.definition())
            _ = try await LoadRehearsal(
                dock.configuration,
                environment: SourceEnvironment { _ in nil }
            )
            .effects(of: request, graph: graph)
        }
        #expect(problem?.contains("the schema shop was kept by `") == true, "\(problem ?? "")")
        #expect(problem?.contains("process \(pid) of the server") == true, "\(problem ?? "")")
        await holder.close()
    }

    @Test("a reader who keeps a table that is to be altered is named")
    func heldTable() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let holder = try await PostgresConnection.connect(dock.configuration)
        let pid = try #require(holder.backendPID)
        try await holder.script("begin; lock table shop.fact_sale in access share mode")
        let problem = await dock.problem {
            _ = try await dock.create(
                Shop.definition(
                    sale: Shop.sale(
                        amount: "amount: { type: \"decimal(12,2)\" }\n      note: { type: text }"
                    )
                )
            )
        }
        #expect(problem?.contains("process \(pid) of the server") == true, "\(problem ?? "")")
        await holder.close()
    }

    @Test("of a session in the way, what this login may not see is left out")
    func unseenSession() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let holder = try await PostgresConnection.connect(dock.configuration)
        let pid = try #require(holder.backendPID)
        try await holder.script(
            "set application_name to ''; begin; lock table longshore.load in access share mode"
        )
        let user = try await dock.row("select current_user")
        let seen = try #require(try await LockHolders.ofLedger(on: dock.connection))
        #expect(seen.hasPrefix("`\(user)` (process \(pid) of the server, since 20"), "\(seen)")
        try await dock.connection.query("set role pg_signal_backend")
        let unseen = try await LockHolders.ofLedger(on: dock.connection)
        #expect(unseen == "`\(user)` (process \(pid) of the server)")
        await holder.close()
    }

    /// A dimension with versions, which facts share while they are loaded.
    private static func versioned() throws -> Definition {
        try Shop.definition(
            customer: Shop.customer.replacing(
                "name: { type: text }",
                with: "name: { type: text, scd: 2 }"
            )
        )
    }

    @Test("the upgrade makes the rows that facts of older loads share")
    func rowsOfOlderLoads() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Self.versioned())
        try await dock.connection.script(
            "begin; drop table longshore.lock; \(Migrations.locks); commit"
        )
        #expect(
            try await dock.rows("select name from longshore.lock") == ["versions shop.dim_customer"]
        )
    }

    @Test("a row that somebody makes is not waited for without end")
    func heldVersions() async throws {
        let dock = try await Dock(Shop.files)
        let name = "versions shop.dim_customer"
        try await dock.load(Shop.definition())
        let holder = try await PostgresConnection.connect(dock.configuration)
        try await holder.script(
            "begin; insert into longshore.lock (name) values (\(literal: name))"
        )
        let problem = await dock.problem {
            try await dock.connection.transaction {
                try await LedgerLock(name: name)
                    .make(within: .milliseconds(50), on: dock.connection)
            }
        }
        #expect(
            problem?.contains("the \(name) was kept by somebody else") == true,
            "\(problem ?? "nothing was refused")"
        )
        await holder.close()
    }

    @Test(
        "code that others have tied to a table is refused before it can run",
        arguments: [
            (
                "create trigger t before insert on shop.dim_customer "
                    + "for each row execute function shop.harm()", "a trigger"
            ),
            (
                "alter table shop.dim_customer alter load_id set default shop.harmless(1)",
                "a default"
            ),
            ("create index on shop.fact_sale (shop.harmless(1))", "an index"),
            (
                "alter table shop.dim_customer add check (shop.harmless(1) = 1) not valid",
                "a constraint"
            ),
        ]
    )
    func foreignCode(_ sql: String, _ kind: String) async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.connection.script(
            """
            create table shop.traces (at timestamptz);
            create function shop.harm() returns trigger language plpgsql as
                'begin insert into shop.traces values (now()); return new; end';
            create function shop.harmless(integer) returns integer immutable language sql as 'select $1';
            alter function shop.harm() owner to pg_monitor;
            alter function shop.harmless(integer) owner to pg_monitor;
            \(raw: sql)
            """
        )
        let problem = await dock.problem { _ = try await dock.create(Shop.definition()) }
        #expect(problem?.contains("\(kind) of `shop.") == true, "\(problem ?? "")")
        #expect(problem?.contains("a function of `pg_monitor`") == true, "\(problem ?? "")")
        #expect(
            problem?.contains("let the login that creates loads, or a superuser, own the function")
                == true,
            "\(problem ?? "")"
        )
        #expect(try await dock.rows("select at from shop.traces") == [])
        try await dock.connection.script(
            "drop function shop.harm() cascade; drop function shop.harmless(integer) cascade"
        )
        #expect(try await dock.load(Shop.definition()).failures == [])
    }

    @Test(
        "operators, types and functions that do more than to compute are refused like functions",
        arguments: [
            (
                "alter table shop.dim_customer alter name set default ('x' operator(shop.@@@) 'y')::text",
                "a default of `shop.dim_customer` uses `shop.@@@("
            ),
            (
                "alter table shop.dim_customer add check ('x' operator(shop.@@@) name) not valid",
                "a constraint of `shop.dim_customer` uses `shop.@@@("
            ),
            (
                "create trigger t before insert on shop.dim_customer for each row "
                    + "when ('x' operator(shop.@@@) 'y') "
                    + "execute function suppress_redundant_updates_trigger()",
                "a trigger of `shop.dim_customer` uses `shop.@@@("
            ),
            (
                "alter table shop.dim_customer alter name set default 'x'::shop.checked::text",
                "a default of `shop.dim_customer` uses `shop.checked`, a type of `pg_monitor`"
            ),
            (
                "alter table shop.dim_customer alter name "
                    + "set default query_to_xml('select 1', true, true, '')::text",
                "a default of `shop.dim_customer` is no constant: `name`"
            ),
            (
                "alter table shop.dim_customer "
                    + "add check (query_to_xml('select 1', true, true, '') is not null) not valid",
                "a constraint of `shop.dim_customer` calls `query_to_xml("
            ),
            (
                "alter table shop.fact_sale add extra shop.key",
                "a column of `shop.fact_sale` uses `shop.key`, a type of `pg_monitor`"
            ),
        ]
    )
    func foreignObjects(_ sql: String, _ found: String) async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.connection.script(
            """
            create function shop.same(text, text) returns boolean immutable language sql as 'select true';
            create operator shop.@@@ (function = shop.same, leftarg = text, rightarg = text);
            create domain shop.checked as text check (value <> '');
            create type shop.key as (value bigint);
            alter operator shop.@@@ (text, text) owner to pg_monitor;
            alter domain shop.checked owner to pg_monitor;
            alter type shop.key owner to pg_monitor;
            \(raw: sql)
            """
        )
        let creation = await dock.problem { _ = try await dock.create(Shop.definition()) }
        #expect(creation?.contains(found) == true, "\(creation ?? "")")
        let survey = await dock.problem {
            let pipeline = try dock.request(Shop.definition()).0.pipeline
            _ = try await dock.connection.transaction {
                try await LossSurvey(pipeline: pipeline, connection: dock.connection).run()
            }
        }
        #expect(survey?.contains(found) == true, "\(survey ?? "")")
    }

    @Test("code tied to tables beside Longshore's is let alone, code tied to a partition is not")
    func tablesBeside() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.connection.script(
            """
            create table shop.orders (id integer);
            create function shop.harm() returns trigger language plpgsql as 'begin return new; end';
            alter function shop.harm() owner to pg_monitor;
            create trigger t before insert on shop.orders for each row execute function shop.harm()
            """
        )
        #expect(try await dock.load(Shop.definition()).failures == [])
        try await dock.connection.query(
            "create trigger t before insert on shop.fact_sale_2024_01 "
                + "for each row execute function shop.harm()"
        )
        let problem = await dock.problem { _ = try await dock.create(Shop.definition()) }
        #expect(
            problem?.contains("a trigger of `shop.fact_sale_2024_01` calls") == true,
            "\(problem ?? "")"
        )
        #expect(problem?.contains("orders") == false, "\(problem ?? "")")
    }

    @Test("a view in the place of a table is refused before it is read")
    func view() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.connection.script(
            """
            create schema shop;
            create view shop.dim_customer as select 1 as customer_key;
            alter view shop.dim_customer owner to pg_monitor
            """
        )
        let problem = await dock.problem { _ = try await dock.create(Shop.definition()) }
        #expect(
            problem?.contains("`shop.dim_customer` is no table, and `pg_monitor` owns it") == true,
            "\(problem ?? "")"
        )
    }

    @Test(
        "rules and forced policies are refused where the owner of the table is another",
        arguments: [
            (
                "create rule aside as on insert to shop.dim_customer do also select 1",
                "`shop.dim_customer` has the rule `aside`"
            ),
            (
                "create policy p on shop.dim_customer using (true); "
                    + "alter table shop.dim_customer force row level security",
                "the policy `p` of `shop.dim_customer` is forced upon its owner"
            ),
        ]
    )
    func rules(sql: String, words: String) async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.connection.script(
            """
            \(raw: sql);
            alter table shop.dim_customer owner to pg_monitor
            """
        )
        let problem = await dock.problem { _ = try await dock.create(Shop.definition()) }
        #expect(problem?.contains(words) == true, "\(problem ?? "")")
    }
}
