import Ledger
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

/// The tests' login is a superuser: what is refused here is refused by the role of the marts alone.
@Suite("Rights of marts", .timeLimit(.minutes(2)))
struct MartRightsTests {
    private static let harmless = "select count(*)::text as a from fact_sale"

    private func definition(
        _ sql: String,
        test: String = "select 1 where false"
    ) throws -> Definition {
        try Shop.definition(
            others: "marts: { m: { sql: m.sql, tests: [{ sql: test.sql }] } }",
            marts: ["m.sql": sql, "test.sql": test]
        )
    }

    @Test("the first loads of several pipelines make them one after the other")
    func firstLoadsAtOnce() async throws {
        let dock = try await Dock()
        for schema in ["first", "second"] {
            try await dock.connection.query("create schema \(id: schema)")
        }
        let other = try await PostgresConnection.connect(dock.configuration)
        _ = try await dock.ledger.loads.newest(limit: 1)
        let made = try await dock.connection.transaction {
            _ = try await MartRole.ensure(for: "first", on: dock.connection)
            let making = Task {
                try await other.transaction { try await MartRole.ensure(for: "second", on: other) }
            }
            try await Task.sleep(for: .milliseconds(300))
            return making
        }
        #expect(try await made.value?.name.hasPrefix("longshore_mart_second_") == true)
    }

    /// A dock with a loaded mart, with tables and functions of others.
    private func dock() async throws -> Dock {
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(definition(Self.harmless)).failures == [])
        for statement in [
            "create schema other", "create table other.secret as select 1 as a",
            """
            create function shop.wipe() returns text language plpgsql as
            $$ begin delete from shop.fact_sale; return 'gone'; end $$
            """,
            """
            create function shop.told() returns text language plpgsql as
            $$ begin return (select string_agg(a::text, ',') from other.secret); end $$
            """,
        ] {
            try await dock.connection.query(SQL(raw: statement))
        }
        return dock
    }

    @Test(
        "what is elsewhere is refused before the load begins, in a mart and in its test",
        arguments: [
            "select raw as a from longshore.reject", "select bundle as a from longshore.definition",
            "select a::text from other.secret", "select rolpassword as a from pg_authid",
            "select pg_read_file('/etc/passwd') as a", "select pg_ls_dir('/') as a",
        ]
    )
    func elsewhere(_ query: String) async throws {
        let dock = try await dock()
        for hostile in [try definition(query), try definition(Self.harmless, test: query)] {
            let said = await dock.problem { try await dock.create(hostile) }
            #expect(
                said?.hasPrefix("Postgres refuses the SQL of the mart `m`: permission denied for ")
                    == true,
                "\(said ?? "")"
            )
        }
        #expect(try await dock.rows("select a from shop.mart_m") == ["3"])
    }

    @Test(
        "what shows only when it runs is refused then, and the mart stays as it was",
        arguments: [
            "select set_config('role', 'none', true) as a",
            "select set_config('session_authorization', session_user, true) as a",
            "select wipe() as a", "select told() as a",
            "select query_to_xml('select * from longshore.reject', true, true, '')::text as a",
            "select pg_terminate_backend(pg_backend_pid())::text as a",
        ]
    )
    func running(_ query: String) async throws {
        let dock = try await dock()
        for hostile in [try definition(query), try definition(Self.harmless, test: query)] {
            let load = try await dock.load(hostile)
            #expect(load.failure("m")?.code == "warehouse.mart_rights")
            #expect(load.failure("m")?.isRetryable == false)
            #expect(try await dock.rows("select a from shop.mart_m") == ["3"])
            #expect(try await dock.row("select count(*) from shop.fact_sale") == "3")
        }
    }

    @Test("the locks that it has taken are gone when its task has ended")
    func locks() async throws {
        let dock = try await dock()
        let load = try await dock.load(definition("select pg_try_advisory_lock(4711)::text as a"))
        #expect(load.failures == [])
        #expect(try await dock.rows("select a from shop.mart_m") == ["true"])
        try await TestStack.shared().eventuallyFree(lock: 4711, in: dock.url)
    }

    @Test("a query that writes is none")
    func writing() async throws {
        let dock = try await dock()
        let said = await dock.problem {
            try await dock.create(
                definition("with x as (delete from fact_sale returning sale_id a) select a from x")
            )
        }
        #expect(said?.contains("must be at the top level") == true, "\(said ?? "")")
        let load = try await dock.load(
            definition(
                "select query_to_xml('delete from shop.fact_sale returning 1', true, true, '')::text a"
            )
        )
        #expect(load.failure("m")?.code == "postgres.0A000")
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "3")
        #expect(try await dock.rows("select a from shop.mart_m") == ["3"])
    }

    @Test("the refusal names the role, and what it says to do lets the mart read the table")
    func granted() async throws {
        let dock = try await dock()
        let elsewhere = try definition("select a::text from other.secret")
        let said = try #require(await dock.problem { try await dock.create(elsewhere) })
        let role = try await dock.row(Self.role)
        #expect(
            said == """
                Postgres refuses the SQL of the mart `m`: permission denied for schema other. It runs as \
                the role `\(role)`, which may read the tables of the schema `shop` and nothing else; the \
                mart is as it was. Where it shall read a table elsewhere, have its owner run `grant usage \
                on schema … to \(role)` and `grant select on … to \(role)`
                """
        )
        try await dock.connection.query("grant usage on schema other to \(raw: role)")
        try await dock.connection.query("grant select on other.secret to \(raw: role)")
        #expect(try await dock.load(elsewhere).failures == [])
        #expect(try await dock.rows("select a from shop.mart_m") == ["1"])
    }

    @Test("nothing remains of a mart's function, and the role can read and nothing else")
    func remains() async throws {
        let dock = try await dock()
        #expect(
            try await dock.row("select count(*) from pg_proc where proname = 'mart_sql'") == "0"
        )
        #expect(
            try await dock.rows(
                """
                select distinct n.nspname, privilege_type from pg_class c
                join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g
                where g.grantee = (select oid from pg_roles where \(Self.isItsRole))
                """
            ) == ["shop|SELECT"]
        )
        #expect(
            try await dock.rows(
                """
                select rolcanlogin, rolsuper, rolbypassrls, has_schema_privilege(oid, 'shop', 'create')
                from pg_roles where \(Self.isItsRole)
                """
            ) == ["f|f|t|f"]
        )
    }

    @Test("tables that are new since, and rows that a policy would hide, are read")
    func later() async throws {
        let dock = try await dock()
        for statement in [
            "create table shop.rate as select 2 as factor",
            "alter table shop.rate enable row level security",
            "alter table shop.fact_sale enable row level security",
        ] {
            try await dock.connection.query(SQL(raw: statement))
        }
        let query = "select (count(*) * max(factor))::text as a from fact_sale, rate"
        #expect(try await dock.load(definition(query)).failures == [])
        #expect(try await dock.rows("select a from shop.mart_m") == ["6"])
    }

    @Test("without a role of its own a mart is computed with the login's rights, and says so")
    func absent() async throws {
        let dock = try await dock()
        let load = try await dock.create(definition(Self.harmless))
        let role = try await dock.row(Self.role)
        try await dock.connection.query("drop owned by \(raw: role)")
        try await dock.connection.query("drop role \(raw: role)")
        for ordinal in load.tasks.indices {
            #expect(
                await dock.perform(LoadTaskID(load: load.id, ordinal: ordinal)).failure == nil
            )
        }
        #expect(
            try await dock.ledger.tasks.reports(ofLoad: load.id).flatMap(\.warnings) == [
                """
                its SQL ran with all rights of the worker's login, for the marts of `shop` have no role \
                that it may act as: have a superuser run what `longshore roles --schema shop` prints
                """
            ]
        )
    }

    private static let role = "select quote_ident(rolname) from pg_roles where \(isItsRole)"

    /// The role of the marts of the schema `shop` in the database that is asked.
    private static let isItsRole = """
        rolname like 'longshore\\_mart\\_shop\\_%' and has_schema_privilege(oid, 'shop', 'usage')
        """
}
