import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Constraints of versions", .serialized)
struct ConstraintTests {
    private func dock() async throws -> Dock {
        let dock = try await Dock([
            "agents.csv": """
            agent_id,since,team
            a1,2024-01-01 00:00:00,North
            a1,2024-01-10 00:00:00,South

            """
        ])
        var load = try await dock.create(definition())
        load.outcomes["agent"] = await dock.perform(load.task("agent"))
        #expect(load.failures == [])
        return dock
    }

    private func definition() throws -> Definition { try Shop.calls() }

    @Test(
        "refuse versions that overlap, end before they begin, or are current and hold for no instant",
        arguments: [
            ("update desk.dim_agent set valid_to = '2024-01-11' where team = 'North'", "_overlap"),
            ("update desk.dim_agent set valid_to = '2023-01-11' where team = 'North'", "_validity"),
            ("update desk.dim_agent set valid_to = valid_from where team = 'South'", "_validity"),
            (
                "update desk.dim_agent set is_current = true where team = 'North'", "_current"
            ),
            (
                "insert into desk.dim_agent (agent_id, valid_from, is_current) "
                    + "values ('a1', '2024-02-01', false)", "_overlap"
            ),
        ]
    )
    func refused(statement: String, constraint: String) async throws {
        let dock = try await dock()
        let problem = await dock.problem { try await dock.connection.query(SQL(raw: statement)) }
        #expect(problem?.contains("dim_agent\(constraint)") == true, "\(problem ?? "no problem")")
    }

    @Test("allow versions that meet, that leave a gap, and rows that hold for no instant")
    func allowed() async throws {
        let dock = try await dock()
        try await dock.connection.query(
            """
            insert into desk.dim_agent (agent_id, valid_from, valid_to, is_current) values
                ('a1', '2023-01-01', '2023-06-01', false), ('a1', '2023-07-01', '2024-01-01', false),
                ('a1', '2023-02-01', '2023-02-01', false), ('a2', '2023-01-01', 'infinity', true)
            """
        )
    }

    @Test("take the key by all bits of its hash, half of them on each axis")
    func definitions() async throws {
        let hash = "hash_record_extended(ROW(agent_id), (0)::bigint)"
        #expect(
            try await dock()
                .rows(
                    """
                    select pg_get_constraintdef(oid) from pg_constraint
                    where conrelid = 'desk.dim_agent'::regclass and conname = 'dim_agent_overlap'
                    """
                ) == [
                    "EXCLUDE USING gist (point(((\(hash) >> 32))::double precision, "
                        + "((\(hash) & '4294967295'::bigint))::double precision) WITH ~=, "
                        + "tstzrange(valid_from, valid_to) WITH &&) DEFERRABLE INITIALLY DEFERRED"
                ]
        )
    }

    @Test("are added to a table that has none by the next load")
    func added() async throws {
        let dock = try await dock()
        try await dock.connection.script(
            "alter table desk.dim_agent drop constraint dim_agent_overlap, drop constraint dim_agent_validity"
        )
        try await dock.create(definition())
        #expect(
            try await dock.rows(
                """
                select conname from pg_constraint where conrelid = 'desk.dim_agent'::regclass
                    and contype in ('c', 'x') order by 1
                """
            ) == ["dim_agent_overlap", "dim_agent_validity"]
        )
    }

    @Test("that existing rows break refuse the load with a query that shows the rows")
    func broken() async throws {
        let dock = try await dock()
        try await dock.connection.script(
            """
            alter table desk.dim_agent drop constraint dim_agent_overlap;
            update desk.dim_agent set valid_to = '2024-01-11' where team = 'North'
            """
        )
        let problem = try #require(
            await dock.problem { try await dock.create(definition()) }
        )
        #expect(
            problem.hasPrefix("the versions of `desk.dim_agent` overlap, and cannot be guarded")
        )
        let query = try #require(problem.split(separator: "\n").first { $0.contains("select a.*") })
        #expect(
            try await dock.rows(query.trimmingPrefix(while: \.isWhitespace).description).count == 2
        )
    }
}
