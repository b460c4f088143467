import Inquiry
import Ledger
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Rows that people delete from a history by hand", .serialized)
struct DeletedHistoryTests {
    /// What the control table and the table say of the observations of agents.
    private func observations(_ desk: Desk) async throws -> [String] {
        try await desk.dock.rows(
            """
            select observations from longshore.control where table_name = 'dim_agent'
            union all select count(*) from desk.dim_agent_observed
            """
        )
    }

    @Test(
        "a deleted observation is refused; with the SQL that is printed the history goes on as it was",
        arguments: ["2023-01-01", "2024-01-10", "2023-05-01"]
    )
    func observation(time: String) async throws {
        var files = Desk.files
        // A state that was seen twice: no version begins with it.
        files["agents.csv"]? += "a1,2023-05-01 00:00:00,North\n"
        let desk = try await Desk(files: files)
        let before = try await desk.content()
        try await desk.delete(
            "delete from desk.dim_agent_observed where agent_id = 'a1' and _observed_at = '\(time)'"
        )
        let notices = [
            "`dim_agent_observed`: 1 row of what the history of `dim_agent` is computed from is gone; "
                + "nothing is loaded before that is decided"
        ]
        #expect(try await desk.notices() == notices)
        #expect(try await desk.dock.due(desk.definition.pipeline).hasLostWholeTables)
        let problem = try #require(await desk.problem())
        #expect(
            problem == """
                the table `desk.dim_agent_observed` is not what was loaded: loads have recorded 4 rows in \
                it, 3 are left, and the history of `dim_agent` is computed from them. Restore it from a \
                backup where there is one. With this, the history goes on from what is left and what \
                `dim_agent` holds; what it has seen of its members between their versions is lost, so rows \
                that come late may find another place. Where the rows were meant to go, the update alone is \
                enough. Longshore does not destroy data by itself; this would do it:
                    insert into "desk"."dim_agent_observed" ("agent_id", "since", "team", _observed_at) \
                select "agent_id", "since", "team", valid_from from "desk"."dim_agent" where "agent_key" <> \
                -1 and not is_inferred and valid_from < valid_to on conflict ("agent_id", "_observed_at") do \
                nothing;
                    update longshore.control set observations = (select count(*) from \
                "desk"."dim_agent_observed") where schema_name = 'desk' and table_name = 'dim_agent' and \
                period = '';
                    -- then: longshore load FOLDER
                """
        )
        // What refuses changes nothing: it is refused once more.
        #expect(await desk.problem() == problem)
        try await desk.obey(problem)
        #expect(try await desk.notices() == [])
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await observations(desk) == ["4", "4"])
    }

    @Test("a member that was meant to go from versions and observations takes the update alone")
    func meant() async throws {
        let desk = try await Desk()
        try await desk.delete(
            "delete from desk.dim_agent where agent_id = 'a2'; "
                + "delete from desk.dim_agent_observed where agent_id = 'a2'"
        )
        let problem = try #require(await desk.problem())
        let lines = problem.split(separator: "\n")
        let update = try #require(lines.first { $0.hasPrefix("    update ") })
        try await desk.run(String(update))
        #expect(try await desk.due() == ["2024-02"])
        try await desk.load()
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
        #expect(try await observations(desk) == ["3", "3"])
    }

    @Test("a deleted placeholder of a history: the periods whose rows refer to it are due")
    func placeholder() async throws {
        var files = Desk.files
        files["calls_2024-02.csv"]? += "w,2024-02-06 00:00:00,a9,S\n"
        let desk = try await Desk(agents: ", missing: infer", files: files)
        let before = try await desk.content()
        try await desk.delete("delete from desk.dim_agent where is_inferred")
        #expect(try await desk.due() == ["2024-02"])
        #expect(
            try await desk.notices() == [
                "`fact_call` 2024-02: members of `dim_agent` that its rows refer to are gone; to be loaded again"
            ]
        )
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
    }

    @Test("a fact whose rows stay is refused when a placeholder of a history is gone")
    func keptRows() async throws {
        var files = Desk.files
        files["calls_2024-02.csv"]? += "w,2024-02-06 00:00:00,a9,S\n"
        let desk = try await Desk(loading: "load: merge", agents: ", missing: infer", files: files)
        try await desk.delete("delete from desk.dim_agent where is_inferred")
        let problem = try #require(await desk.problem())
        #expect(problem.contains("its rows refer to members of `dim_agent` that are gone"))
    }

    // MARK: What is no loss

    /// Lets Postgres count deletions that never were, so that everything is looked at.
    private func look(_ desk: Desk) async throws {
        try await desk.delete(
            "begin; delete from desk.dim_agent; delete from desk.dim_agent_observed; rollback"
        )
        #expect(try await desk.notices() == [])
        let counts = try await observations(desk)
        #expect(counts.count == 2 && counts[0] == counts[1], "\(counts)")
        let members = try await desk.dock.rows(
            """
            select count(*), sum(agent_key) from desk.dim_agent where agent_key <> -1
            union all select members, member_keys from longshore.control where table_name = 'dim_agent'
            """
        )
        #expect(members.count == 2 && members[0] == members[1], "\(members)")
    }

    private func load(_ desk: Desk, agents: [String]) async throws {
        let text = (["agent_id,since,team"] + agents).joined(separator: "\n") + "\n"
        try desk.dock.write("agents.csv", text)
        let load = try await desk.dock.load(desk.definition, periods: "2024-02")
        #expect(load.failures == [])
        try await desk.end()
        try await look(desk)
    }

    @Test("whatever loads do with a history by themselves is no loss")
    func loads() async throws {
        let desk = try await Desk(
            expiry: "on_missing: expire\n    expect: { expired: { max: 100% } }"
        )
        try await look(desk)
        let (north, south) = ("a1,2023-01-01 00:00:00,North", "a1,2024-01-10 00:00:00,South")
        let east = "a2,2023-06-01 00:00:00,East"
        // The same once more, a correction, one that comes late, members that end and are back.
        try await load(desk, agents: [east, north, south])
        try await load(desk, agents: [east, north, "a1,2024-01-10 00:00:00,West"])
        try await load(desk, agents: [east, north, "a1,2023-09-01 00:00:00,Moon", south])
        try await load(desk, agents: [south])
        try await load(desk, agents: [east, south, "a3,2024-01-01 00:00:00,East"])
        // An older load comes late, and has nothing to do.
        let older = try await desk.dock.create(desk.definition, periods: "2024-02")
        let newer = try await desk.dock.load(desk.definition, periods: "2024-02", refreshes: true)
        #expect(newer.failures == [])
        #expect(await desk.dock.perform(older.task("agent")) == .superseded)
        try await desk.end()
        try await look(desk)
        // Members are computed anew from what was observed.
        try await desk.run("drop table desk.dim_agent")
        try await desk.load()
        try await look(desk)
    }

    @Test("an attempt that is rolled back has recorded nothing")
    func rolledBack() async throws {
        let desk = try await Desk()
        try desk.dock.write("agents.csv", "agent_id,since,team\na4,2024-01-10 00:00:00,South\n")
        let load = try await desk.dock.create(desk.definition, periods: "2024-02")
        try await desk.run(
            """
            create function desk.refuse() returns trigger language plpgsql
                as 'begin raise exception ''no''; end';
            create trigger refuse before update on longshore.control
                for each row execute function desk.refuse()
            """
        )
        #expect(await desk.dock.perform(load.task("agent")).failure != nil)
        try await desk.run("drop trigger refuse on longshore.control")
        #expect(try await observations(desk) == ["3", "3"])
        #expect(await desk.dock.perform(load.task("agent")).failure == nil)
        #expect(try await observations(desk) == ["4", "4"])
    }

    @Test("replayed rejects are recorded, too")
    func replay() async throws {
        let desk = try await Desk()
        try desk.dock.write(
            "agents.csv",
            "agent_id,since,team\na1,2023-01-01 00:00:00,North\na5,2024-02-01 00:00:00,\n"
        )
        let strict = try Desk.definition(rule: ", required: true")
        let refusing = try await desk.dock.create(strict, periods: "2024-02")
        #expect(await desk.dock.perform(refusing.task("agent")).failure == nil)
        try await desk.end()
        #expect(
            try await desk.dock.row(
                "select count(*) from longshore.reject where table_name = 'dim_agent' and state = 'open'"
            ) == "1"
        )
        let (created, _) = try await desk.dock.replay(desk.definition)
        #expect(created.rejects == 1)
        try await desk.end()
        #expect(try await observations(desk) == ["4", "4"])
        try await look(desk)
    }

    @Test("observations that an older Longshore has recorded are counted by the next load")
    func older() async throws {
        let desk = try await Desk()
        try await desk.run("update longshore.control set observations = null")
        #expect(try await desk.notices() == [])
        try await desk.load()
        #expect(try await observations(desk) == ["3", "3"])
    }

    @Test("a closed period stays closed when a placeholder that it refers to is gone")
    func closed() async throws {
        var files = Desk.files
        files["calls_2024-02.csv"]? += "w,2024-02-06 00:00:00,a9,S\n"
        let desk = try await Desk(agents: ", missing: infer", files: files)
        let february = try PeriodSelection.parse("2024-02", grain: .month)
        _ = try await desk.dock.ledger.periods.close(
            february,
            of: desk.definition.pipeline,
            reason: "audited",
            by: "ana"
        )
        try await desk.delete("delete from desk.dim_agent where is_inferred")
        #expect(try await desk.due() == [])
        #expect(
            try await desk.notices() == [
                "`fact_call` 2024-02: members of `dim_agent` that its rows refer to are gone; closed, so it "
                    + "stays as it is until `longshore periods reopen desk 2024-02`"
            ]
        )
    }
}
