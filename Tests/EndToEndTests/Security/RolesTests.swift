import AMQP
import Foundation
import Planning
import Postgres
import TestSupport
import Testing

/// Loads by processes that log in as the roles of `longshore roles`, none of them a superuser.
@Suite("Roles in Postgres", .serialized)
struct RolesTests {
    private static let pipeline = Harbour.pipeline("callcenter")

    @Test("coordinator and worker load, reload, and load what became stale")
    func loads() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 2, calls: 2_000)
        let first = try await guarded.load(Self.pipeline, "--periods", "2024-01..2024-02")
        #expect(first.exitCode == 0, "\(first.errors)")
        let tables = try await harbour.checksums("callcenter")

        let again = try await guarded.load(Self.pipeline, "--periods", "2024-01..2024-02")
        #expect(again.exitCode == 0, "\(again.errors)")
        #expect(try await harbour.checksums("callcenter") == tables)

        _ = try await harbour.ask(
            """
            update longshore.control set state = 'stale', reason = 'of the test'
            where kind = 'fact' and period = '2024-01' returning period
            """
        )
        let stale = try await guarded.load(Self.pipeline, "--stale")
        #expect(stale.exitCode == 0, "\(stale.errors)")
        #expect(try await harbour.checksums("callcenter") == tables)
        let left = try await harbour.ask(
            "select count(*) from longshore.control where state = 'stale'"
        )
        #expect(left == ["0"])
        let rightful = try await harbour.ask(
            "select bool_and(warnings is null) from longshore.task where kind = 'mart'"
        )
        #expect(rightful == ["t"])

        let plan = try await guarded.program("coordinator")
            .run("plan", Self.pipeline, "--periods", "2024-02", "--effects")
        #expect(plan.exitCode == 0, "\(plan.errors)")
        try await expectOwners(of: harbour)
        // What owns the tables alters them, whoever has created their partitions.
        let altered = try await guarded.refusal(
            of: "alter table callcenter.fact_call add column later integer",
            as: "coordinator"
        )
        #expect(altered == nil)
    }

    @Test("a ledger that a superuser made is handed over to the roles")
    func handedOver() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "invoices")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 2, calls: 500)
        let own = try await harbour.program.run(
            "load",
            Self.pipeline,
            "--periods",
            "2024-01",
            "--workers",
            "1"
        )
        #expect(own.exitCode == 0, "\(own.errors)")
        let sql = try await harbour.program.run("roles", Self.pipeline)
        try await TestStack.shared().psql(sql.output, database: harbour.databaseURL)
        let run = try await guarded.load(Self.pipeline, "--periods", "2024-01..2024-02")
        #expect(run.exitCode == 0, "\(run.errors)")
        try await expectOwners(of: harbour)
    }

    @Test("a worker exchanges the partition of a large period that is loaded again")
    func exchange() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let folder = guarded.harbour.data
        let yaml = """
            pipeline: callcenter
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: . } }
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                grain: [id]
                reload: swap
                columns:
                  id: { type: integer, required: true }
                  sold_on: { type: date, required: true }
            """
        let rows = (0..<12_000).map { "\($0),2024-01-05\n" }.joined()
        try yaml.write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        try ("id,sold_on\n" + rows)
            .write(toFile: folder + "/sales_2024-01.csv", atomically: true, encoding: .utf8)
        let partitions =
            "select inhrelid from pg_inherits where inhparent = 'callcenter.fact_sale'::regclass"
        var seen: [[String]] = []
        for _ in 0..<2 {
            let run = try await guarded.load(folder, "--periods", "2024-01")
            #expect(run.exitCode == 0, "\(run.errors)")
            seen.append(try await guarded.harbour.ask(partitions))
        }
        #expect(seen[0].count == 1 && seen[1].count == 1)
        #expect(seen[0] != seen[1])
    }

    private func expectOwners(of harbour: Harbour) async throws {
        let owners = try await harbour.ask(
            """
            select distinct n.nspname, c.relowner::regrole from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('longshore', 'callcenter') order by 1
            """
        )
        #expect(owners == ["callcenter|longshore_owner", "longshore|longshore_coordinator"])
    }

    @Test("a reader reads the star and how loads stand, and no more")
    func reader() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        try await guarded.harbour.generateCalls(months: 1, calls: 500, bad: "5%")
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        let reader = try guarded.program("reader")
        for arguments in [["status"], ["periods", "callcenter"]] {
            let run = try await reader.start(arguments).finish()
            #expect(run.exitCode == 0, "\(arguments): \(run.errors)")
            #expect(run.output.contains("callcenter"))
        }
        let rejects = try await reader.run("rejects", "list", "callcenter")
        #expect(rejects.exitCode == 65)
        #expect(rejects.errors.contains("permission denied for table reject"), "\(rejects.errors)")
        for allowed in [
            "select * from callcenter.fact_call", "select * from callcenter.dim_agent",
            "select * from callcenter.mart_agent_month", "select state from longshore.task",
        ] {
            #expect(try await guarded.refusal(of: allowed, as: "reader") == nil, "\(allowed)")
        }
        for refused in [
            "select * from longshore.reject", "select raw from longshore.reject",
            "select * from longshore.effect",
            "select reason from longshore.reject", "select bundle from longshore.definition",
            "select failure_message from longshore.task", "select * from longshore.attempt",
            "delete from callcenter.fact_call", "update callcenter.dim_agent set load_id = 0",
            "insert into callcenter.dim_agent default values", "truncate callcenter.fact_call",
            "create table callcenter.mine (a integer)", "create temp table mine (a integer)",
            "update longshore.control set state = 'closed'", "delete from longshore.load",
            "drop table callcenter.fact_call", "create schema mine",
            "select name from longshore.lock for update", "set role longshore_owner",
            "select folder from longshore.load", "select secret from longshore.message_key",
            "select 1 from longshore.control for update", "select lo_create(0)",
            "select lo_from_bytea(0, 'x')", "select lo_creat(-1)",
            "select pg_advisory_lock_shared(1)", "select pg_try_advisory_xact_lock(1, 2)",
            "select pg_logical_emit_message(true, '', 'x')",
            "do $$ begin lock table longshore.migration in share update exclusive mode; end $$",
            "do $$ begin lock table callcenter.fact_call in row exclusive mode; end $$",
        ] {
            let refusal = try await guarded.refusal(of: refused, as: "reader")
            #expect(refusal == .insufficientPrivilege, "\(refused)")
        }
    }

    @Test("a worker can neither change the ledger's shape nor reach what is not its own")
    func worker() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 1, calls: 300)
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        _ = try await harbour.ask("create schema foreigners")
        _ = try await harbour.ask("create table foreigners.secret (a integer)")
        for refused in [
            "drop table longshore.task", "alter table longshore.task add column a integer",
            "create table longshore.mine (a integer)", "drop schema longshore cascade",
            "delete from longshore.reject", "delete from longshore.task",
            "truncate longshore.effect", "update longshore.effect set key = 'mine'",
            "update longshore.task set pool = 'mine'", "delete from longshore.control",
            "update longshore.control set claimed_by = 1", "truncate longshore.attempt",
            "insert into longshore.definition values ('a', 'b', 'c')",
            "insert into longshore.intervention (kind, pipeline) values ('cancel', 'callcenter')",
            "update longshore.load set state = 'cancelled'", "select * from longshore.plan",
            "update longshore.message_key set secret = secret", "delete from longshore.message_key",
            "select * from foreigners.secret", "drop table foreigners.secret",
            "alter table foreigners.secret add column b integer", "create schema mine",
            "create role mine", "select * from pg_authid", "copy (select 1) to program 'cat'",
            "select pg_read_file('/etc/hostname')", "set role longshore_coordinator",
        ] {
            let refusal = try await guarded.refusal(of: refused, as: "worker")
            #expect(refusal == .insufficientPrivilege, "\(refused)")
        }
    }

    @Test("the role of marts reads the tables of its schema, and can do nothing else")
    func mart() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 1, calls: 300)
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        _ = try await harbour.ask("create schema foreigners")
        _ = try await harbour.ask("create table foreigners.secret (a integer)")
        let role = try #require(
            try await harbour.ask(
                """
                select rolname from pg_roles where rolname like 'longshore\\_mart\\_callcenter\\_%'
                    and has_schema_privilege(oid, 'callcenter', 'usage')
                """
            )
            .first
        )
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: try guarded.url("worker"))
        )
        try await connection.query("set role \(id: role)")
        try await connection.query("select count(*) from callcenter.fact_call")
        for refused in [
            "select * from longshore.task", "select * from longshore.reject",
            "select bundle from longshore.definition", "delete from callcenter.fact_call",
            "update callcenter.dim_agent set load_id = 0", "truncate callcenter.fact_call",
            "insert into callcenter.mart_agent_month default values",
            "drop table callcenter.fact_call", "create table callcenter.mine (a integer)",
            "alter table callcenter.fact_call add column b integer",
            "drop schema callcenter cascade",
            "create function callcenter.mine() returns int language sql as 'select 1'",
            "select * from foreigners.secret", "create schema mine", "create role mine",
            "select * from pg_authid", "copy (select 1) to program 'cat'",
            "select pg_read_file('/etc/hostname')", "select lo_import('/etc/hostname')",
            "alter system set work_mem = '1MB'", "select pg_reload_conf()",
            "select 1 from callcenter.fact_call for update", "select lo_create(0)",
            "select pg_advisory_lock(1)", "select pg_try_advisory_lock_shared(1)",
        ] {
            var refusal: SQLState?
            do {
                try await connection.query(SQL(raw: refused))
            } catch let error as PostgresError {
                refusal = error.sqlState
            }
            #expect(refusal == .insufficientPrivilege, "\(refused)")
        }
        await connection.close()
        let strangers = try await harbour.ask(
            "select pg_has_role('longshore_reader', '\(role)', 'member')"
        )
        #expect(strangers == ["f"])
    }

    /// What runs code when somebody else touches a table, or could be a part of that.
    private static let code = [
        "create function callcenter.f() returns integer language sql as 'select 1'",
        "create function pg_temp.f(a integer) returns integer language sql immutable as 'select 1'; "
            + "create index on callcenter.dim_agent (pg_temp.f(1))",
        "create function pg_temp.f(a integer) returns integer language sql immutable as 'select 1'; "
            + "alter table callcenter.dim_agent add check (pg_temp.f(1) = 1)",
        "create function pg_temp.f(a integer) returns integer language sql as 'select 1'; "
            + "alter table callcenter.fact_call alter load_id set default pg_temp.f(1)",
        "create function pg_temp.f(a integer) returns integer language sql immutable as 'select a'; "
            + "create table callcenter.mine (a integer) partition by range (pg_temp.f(a))",
        "create temp table mine (a integer); create table callcenter.mine (a pg_temp.mine)",
        "create procedure callcenter.f() language sql as 'select 1'",
        "create aggregate callcenter.f(integer) (sfunc = int4pl, stype = integer)",
        "create operator callcenter.= (leftarg = oid, rightarg = oid, function = oideq)",
        "create trigger t before insert on callcenter.dim_agent "
            + "for each row execute function suppress_redundant_updates_trigger()",
        "create rule r as on insert to callcenter.dim_agent do also notify x",
        "create policy p on callcenter.dim_agent using (true)",
        "create statistics callcenter.s on agent_key, load_id from callcenter.dim_agent",
        "create view callcenter.v as select 1", "create temp view v as select 1",
        "create materialized view callcenter.v as select 1",
        "create domain callcenter.d as integer", "create type callcenter.t as (a integer)",
        "create collation callcenter.c (locale = 'C')",
        "create text search configuration callcenter.c (copy = simple)",
        "alter default privileges in schema callcenter grant select on tables to public",
        "alter table callcenter.dim_agent add check (query_to_xml('select 1', true, true, '') is not null)",
        "alter table callcenter.dim_agent alter load_id set default nextval('pg_class')",
        "alter table callcenter.dim_agent alter load_id set default length(pg_read_file('x'))",
        "create table callcenter.mine (a integer check (set_config('a.b', 'c', false) is not null))",
        "alter table callcenter.dim_agent add column x text default current_setting('longshore.ticket', true)",
        "create table callcenter.mine (a text check (a <> current_setting('longshore.ticket', true)))",
        // By these another login could make it.
        "grant create on schema callcenter to longshore_reader",
        "grant trigger on callcenter.dim_agent to public",
        "grant all on all tables in schema callcenter to longshore_reader",
        "grant references (load_id) on callcenter.dim_agent to longshore_reader",
    ]

    @Test("a worker makes no code, neither in the star nor on it, and makes what loads need")
    func code() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        try await guarded.harbour.generateCalls(months: 1, calls: 300)
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        for refused in Self.code {
            let refusal = try await guarded.refusal(of: refused, as: "worker")
            #expect(refusal == SQLState(rawValue: "LS002"), "\(refused)")
        }
        for allowed in [
            "create table callcenter.mine (a integer check (a > 1), b text default 'x')",
            "create index on callcenter.mine (lower(b)) where a > 2",
            "alter table callcenter.mine add c date default '2024-01-01', add d timestamptz default now()",
            "create function pg_temp.f() returns integer language sql as 'select 1'; select pg_temp.f()",
            "grant select on callcenter.mine to longshore_reader",
            "grant create on schema callcenter to longshore_coordinator",
        ] {
            #expect(try await guarded.refusal(of: allowed, as: "worker") == nil, "\(allowed)")
        }
        // Others make what they like.
        #expect(try await guarded.refusal(of: Self.code[0], as: "coordinator") == nil)
        #expect(
            try await guarded.refusal(of: "drop schema longshore_guard cascade", as: "worker")
                != nil
        )
        #expect(
            try await guarded.refusal(of: "drop event trigger longshore_guard", as: "coordinator")
                == .insufficientPrivilege
        )
    }

    @Test("code that is a worker's from before does not run with the coordinator's rights")
    func trigger() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        try await guarded.harbour.generateCalls(months: 1, calls: 300)
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        for statement in [
            """
            create function callcenter.climb() returns trigger language plpgsql as $$ begin
            if current_user = 'longshore_coordinator' then
            grant all on all tables in schema longshore to longshore_worker; end if; return new; end $$
            """,
            """
            create trigger climb before insert on callcenter.dim_agent
            for each row execute function callcenter.climb()
            """,
            "alter function callcenter.climb() owner to longshore_worker",
        ] {
            _ = try await guarded.harbour.ask(statement)
        }
        let again = try await guarded.program("coordinator")
            .run("load", Self.pipeline, "--periods", "2024-01", "--workers", "1")
        #expect(again.exitCode == 65)
        #expect(
            again.errors.contains(
                "a trigger of `callcenter.dim_agent` calls `callcenter.climb()`, "
                    + "a function of `longshore_worker`"
            ),
            "\(again.errors)"
        )
        let refusal = try await guarded.refusal(
            of: "update longshore.definition set bundle = bundle",
            as: "worker"
        )
        #expect(refusal == .insufficientPrivilege)
    }

    @Test("a coordinator reaches neither the server nor what is not Longshore's")
    func coordinator() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        _ = try await guarded.harbour.ask("create schema foreigners")
        _ = try await guarded.harbour.ask("create table foreigners.secret (a integer)")
        for refused in [
            "create schema mine", "create role mine", "create database mine",
            "alter role longshore_worker superuser", "drop role longshore_reader",
            "set session authorization longshore_reader",
            "grant pg_read_server_files to longshore_coordinator", "select * from pg_authid",
            "select * from foreigners.secret", "drop schema foreigners cascade",
            "create table foreigners.mine (a integer)", "select pg_read_file('/etc/hostname')",
            "select pg_ls_dir('/etc')", "select lo_import('/etc/hostname')",
            "copy (select 1) to program 'cat'", "copy (select 1) to '/tmp/longshore-mine'",
            "alter system set work_mem = '1MB'", "create tablespace mine location '/tmp'",
            "select pg_reload_conf()", "create foreign data wrapper mine",
            "set log_statement = 'none'",
        ] {
            let refusal = try await guarded.refusal(of: refused, as: "coordinator")
            #expect(refusal == .insufficientPrivilege, "\(refused)")
        }
    }

    @Test("a worker cannot read another database, nor a stranger this one")
    func otherDatabases() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let stack = try await TestStack.shared()
        let other = try await stack.freshDatabase()
        try await stack.psql("create table secret as select 1 as a", database: other)
        let refusal = try await guarded.refusal(
            of: "select * from secret",
            as: "worker",
            database: other
        )
        #expect(refusal == .insufficientPrivilege)
        let strangers = try await guarded.harbour.ask(
            "select has_database_privilege('pg_monitor', current_database(), 'connect')"
        )
        #expect(strangers == ["f"])
    }

    @Test("a coordinator without its schema says who must make it")
    func missingSchema() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "invoices")
        try await guarded.harbour.generateCalls(months: 1, calls: 100)
        let run = try await guarded.program("coordinator")
            .run("load", Self.pipeline, "--periods", "2024-01", "--workers", "1")
        #expect(run.exitCode == 65)
        #expect(
            run.errors.contains(
                "error: the schema `callcenter` does not exist, and this role may not create it: "
                    + "have a superuser run what `longshore roles --schema callcenter` prints"
            ),
            "\(run.errors)"
        )
    }
}
