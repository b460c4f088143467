import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("What people take away from the warehouse by hand", .serialized)
struct LossTests {
    @Test(
        "a dimension comes back as it was, and every period that refers to it is loaded again",
        arguments: [
            "drop table desk.dim_agent", "truncate desk.dim_agent restart identity",
            "drop table desk.dim_team", "truncate desk.dim_team restart identity",
            "drop table desk.dim_agent, desk.dim_team",
        ]
    )
    func dimension(loss: String) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        let control = try await desk.dock.rows("select * from longshore.control order by 2, 3")
        try await desk.run(loss)
        #expect(try await desk.due() == ["2024-01", "2024-02"])
        #expect(try await desk.notices().isEmpty == false)
        let periods = try await desk.dock.ledger.periods.reports(ofPipeline: "desk")
        #expect(periods.map(\.state) == [.stale, .stale, .loaded])
        #expect(periods[0].reason?.contains("that its rows refer to are gone") == true)
        #expect(
            try await desk.dock.rows("select * from longshore.control order by 2, 3") == control
        )
        // In between, rows that are there find no member rather than another one.
        let load = try await desk.dock.create(desk.definition, periods: "2024-01")
        for title in ["team", "agent", "day"] {
            #expect(await desk.dock.perform(load.task(title)).failure == nil)
        }
        let table = loss.contains("dim_team") ? "team" : "agent"
        #expect(
            try await desk.dock.row(
                "select count(*) from desk.fact_call join desk.dim_\(table) using (\(table)_key)"
            ) == "0"
        )
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
    }

    @Test("a slot that holds the old key map uses that of the new table")
    func keyMaps() async throws {
        let desk = try await Desk()
        try await desk.run("drop table desk.dim_team")
        // The same slot, whose process has the map of the dropped table.
        try await desk.load()
        #expect(
            try await desk.dock.row(
                "select count(*) from desk.fact_call join desk.dim_team using (team_key)"
            ) == "3"
        )
        #expect(try await desk.dock.row("select min(team_key) > 2 from desk.fact_call") == "t")
    }

    @Test(
        "a load that began before does not clear the mark of periods that refer to a lost dimension"
    )
    func olderLoad() async throws {
        let desk = try await Desk()
        let older = try await desk.dock.create(desk.definition, periods: "2024-01")
        for title in ["team", "agent", "day"] {
            #expect(await desk.dock.perform(older.task(title)).failure == nil)
        }
        try await desk.run("drop table desk.dim_agent")
        try await desk.dock.create(desk.definition, periods: "2024-02")
        // Its rows find no member any more, whatever comes of that.
        _ = await desk.dock.perform(older.task("call 2024-01"))
        #expect(try await desk.due().contains("2024-01"))
    }

    @Test("a calendar has the same keys when it is back: what refers to it stays loaded")
    func calendar() async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("drop table desk.dim_day")
        #expect(try await desk.due() == [])
        #expect(
            try await desk.notices() == [
                "`dim_day`: its table is gone: it is filled again from its source"
            ]
        )
        #expect(try await desk.dock.due(desk.definition.pipeline).hasLostWholeTables)
        let load = try await desk.dock.create(desk.definition, periods: "2024-02")
        #expect(await desk.dock.perform(load.task("day")).failure == nil)
        #expect(try await desk.content() == before)
    }

    @Test(
        "rows that were deleted from a history are computed anew, and what may refer to them is due"
    )
    func deletedRows() async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("delete from desk.dim_agent where agent_id = 'a1'")
        let load = try await desk.dock.create(desk.definition, periods: "2024-02")
        #expect(await desk.dock.perform(load.task("agent")).failure == nil)
        #expect(try await desk.due() == ["2024-01", "2024-02"])
        let reports = try await desk.dock.ledger.tasks.reports(ofLoad: load.id)
        #expect(
            reports.first { $0.table == "dim_agent" }?.warnings == [
                "1 member of `dim_agent` had no row any more, and was computed anew from what was observed"
            ]
        )
        try await desk.end()
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test("an older load does not clear that mark of a period that was stale already")
    func deletedRowsOfStalePeriod() async throws {
        let desk = try await Desk()
        let older = try await desk.dock.create(desk.definition, periods: "2024-01")
        for title in ["team", "agent", "day"] {
            #expect(await desk.dock.perform(older.task(title)).failure == nil)
        }
        try await desk.run(
            """
            update longshore.control set state = 'stale', reason = 'rows came late'
            where table_name = 'fact_call' and period = '2024-01';
            delete from desk.dim_agent where agent_id = 'a1'
            """
        )
        let newer = try await desk.dock.create(desk.definition, periods: "2024-02")
        #expect(await desk.dock.perform(newer.task("agent")).failure == nil)
        _ = await desk.dock.perform(older.task("call 2024-01"))
        #expect(try await desk.due().contains("2024-01"))
    }

    @Test(
        "a fact, a partition or a mart is due again, each with the reason",
        arguments: [
            (
                "drop table desk.fact_call_2024_01", ["2024-01"],
                "its partition `fact_call_2024_01` is gone"
            ),
            ("drop table desk.fact_call", ["2024-01", "2024-02"], "its table is gone"),
            ("drop table desk.mart_month", ["2024-01", "2024-02"], "its table is gone"),
            ("drop table desk.mart_all", [], "its table is gone"),
            ("drop table desk.fact_rate", [], "its table is gone"),
            ("truncate desk.fact_call_2024_01", ["2024-01"], "its rows are gone"),
            (
                "delete from desk.fact_call where period = '2024-01-01'", ["2024-01"],
                "its rows are gone"
            ),
            ("truncate desk.fact_call", ["2024-01", "2024-02"], "its rows are gone"),
            ("delete from desk.mart_month", ["2024-01", "2024-02"], "its rows are gone"),
            ("truncate desk.mart_all", [], "its rows are gone"),
            ("delete from desk.fact_rate", [], "its rows are gone"),
        ]
    )
    func slices(loss: String, due: [String], reason: String) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run(loss)
        #expect(try await desk.due() == due)
        let notices = try await desk.notices()
        #expect(notices.count == 1)
        #expect(due.count != 1 || notices == ["`fact_call` 2024-01: \(reason); to be loaded again"])
        if loss.contains("fact") {
            let periods = try await desk.dock.ledger.periods.reports(ofPipeline: "desk")
            #expect(
                periods.contains { $0.state == .stale && $0.reason == reason && $0.rows == nil }
            )
        }
        #expect(
            try await desk.dock.due(desk.definition.pipeline).hasLostWholeTables
                == due.isEmpty
        )
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
    }

    @Test(
        "periods whose rows refer to members that were deleted are due, and no others",
        arguments: [
            ("delete from desk.dim_team where code = 'N'", ["2024-01"]),
            ("delete from desk.dim_team where code = 'S'", ["2024-01", "2024-02"]),
            ("begin; delete from desk.dim_team where code = 'S'; rollback", []),
        ]
    )
    func deletedMembers(loss: String, due: [String]) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.delete(loss)
        #expect(try await desk.due() == due)
        let dimensions = try await desk.dock.create(desk.definition, periods: "2024-02")
        #expect(await desk.dock.perform(dimensions.task("team")).failure == nil)
        #expect(try await Set(desk.due()).isSuperset(of: due))
        try await desk.end()
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
    }

    @Test("what a history is computed from is missed before it is needed")
    func forgottenHistory() async throws {
        let desk = try await Desk()
        try await desk.run("drop table desk.dim_agent_observed")
        #expect(
            try await desk.notices() == [
                "`dim_agent_observed`: what the history of `dim_agent` is computed from is gone; "
                    + "nothing is loaded before that is decided"
            ]
        )
        #expect(try await desk.dock.due(desk.definition.pipeline).hasLostWholeTables)
    }

    @Test("a dropped schema is loaded from the beginning")
    func schema() async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("drop schema desk cascade")
        #expect(try await desk.due() == ["2024-01", "2024-02"])
        #expect(
            try await desk.notices()
                .contains(
                    "`dim_agent`: its table is gone, and so is what was observed: its history begins anew"
                )
        )
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
    }

    @Test("a closed period stays closed and is told; opened again it is due with the reason")
    func closed() async throws {
        let desk = try await Desk()
        let pipeline = desk.definition.pipeline
        let january = try PeriodSelection.parse("2024-01", grain: .month)
        _ = try await desk.dock.ledger.periods.close(
            january,
            of: pipeline,
            reason: "audited",
            by: "ana"
        )
        try await desk.run("drop table desk.fact_call_2024_01")
        #expect(try await desk.due() == [])
        #expect(
            try await desk.notices() == [
                "`fact_call` 2024-01: its partition `fact_call_2024_01` is gone; closed, so it stays as it "
                    + "is until `longshore periods reopen desk 2024-01`"
            ]
        )
        let report = try await desk.dock.ledger.periods.reports(ofPipeline: "desk")[0]
        #expect(report.state == .closed)
        #expect(report.reason == "audited; its partition `fact_call_2024_01` is gone")
        #expect(try await desk.dock.load(desk.definition, periods: "2024-02").failures == [])
        try await desk.end()
        _ = try await desk.dock.ledger.periods.reopen(january, of: pipeline)
        #expect(
            try await desk.dock.row(
                "select state, reason from longshore.control where period = '2024-01' and kind = 'fact'"
            ) == "stale|its partition `fact_call_2024_01` is gone"
        )
        #expect(try await desk.due() == ["2024-01"])
    }

    @Test(
        "a detached partition is refused with both ways out; each of them works",
        arguments: [true, false]
    )
    func detached(isTakenBack: Bool) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("alter table desk.fact_call detach partition desk.fact_call_2024_01")
        #expect(try await desk.due() == ["2024-01"])
        let problem = try #require(
            await desk.dock.problem { try await desk.dock.create(desk.definition) }
        )
        #expect(
            problem == """
                the period `2024-01` of `desk.fact_call` is loaded, and its partition `fact_call_2024_01` \
                was detached by hand: a load would need its name. Take it back, drop it to load the period \
                again, or leave the period out of loads with `longshore periods close desk 2024-01`:
                    alter table "desk"."fact_call" attach partition "desk"."fact_call_2024_01" for values \
                from ('2024-01-01') to ('2024-02-01');
                    -- or: drop table "desk"."fact_call_2024_01";
                """
        )
        #expect(try await desk.dock.load(desk.definition, periods: "2024-02").failures == [])
        try await desk.end()
        if isTakenBack {
            try await desk.obey(problem)
        } else {
            try await desk.run("drop table desk.fact_call_2024_01")
            try await desk.load()
        }
        #expect(try await desk.content() == before)
    }

    @Test("a partition into which later periods have merged rows: these are due, too")
    func merged() async throws {
        var files = Desk.files
        files["calls_2024-02.csv"]? += "y,2024-01-15 00:00:00,a2,N\n"
        let desk = try await Desk(loading: "load: merge\n    late: merge", files: files)
        let before = try await desk.content()
        try await desk.run("drop table desk.fact_call_2024_01")
        #expect(try await desk.due() == ["2024-01", "2024-02"])
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    // MARK: What only people can decide

    @Test(
        "lost observations are refused: with the SQL that is printed the history goes on as it was",
        arguments: ["drop table desk.dim_agent_observed", "truncate desk.dim_agent_observed"]
    )
    func observations(loss: String) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run(loss)
        let problem = try #require(await desk.problem())
        #expect(
            problem.hasPrefix(
                "the table `desk.dim_agent_observed` is not what was loaded: it is gone or empty, and the "
                    + "history of `dim_agent` is computed from it"
            )
        )
        try await desk.obey(problem)
        #expect(try await desk.dock.load(desk.definition).failures == [])
        #expect(try await desk.content() == before)
        #expect(
            try await desk.dock.rows(
                "select agent_id, _observed_at from desk.dim_agent_observed order by 1, 2"
            )
                == [
                    "a1|2023-01-01 00:00:00+00", "a1|2024-01-10 00:00:00+00",
                    "a2|2023-06-01 00:00:00+00",
                ]
        )
    }

    @Test("lost absences are refused: with the SQL that is printed, ended members stay ended")
    func absences() async throws {
        let desk = try await Desk(
            expiry: "on_missing: expire\n    expect: { expired: { max: 100% } }"
        )
        let all = Desk.files["agents.csv"] ?? ""
        try desk.dock.write("agents.csv", "agent_id,since,team\na1,2024-01-10 00:00:00,South\n")
        #expect(try await desk.dock.load(desk.definition).failures == [])
        try desk.dock.write("agents.csv", all)
        #expect(try await desk.dock.load(desk.definition).failures == [])
        try desk.dock.write("agents.csv", "agent_id,since,team\na2,2023-06-01 00:00:00,East\n")
        #expect(try await desk.dock.load(desk.definition).failures == [])
        try await desk.end()
        let before = try await desk.content()
        let absences =
            "select agent_id, _gone_at, _back_at from desk.dim_agent_absent order by 1, 2"
        let known = try await desk.dock.rows(absences)
        #expect(known.count == 2)
        try await desk.run("drop table desk.dim_agent_absent")
        let problem = try #require(await desk.problem())
        #expect(problem.contains("`desk.dim_agent_absent` is not what was loaded: it is gone"))
        try await desk.obey(problem)
        #expect(try await desk.dock.rows(absences) == known)
        #expect(try await desk.dock.load(desk.definition).failures == [])
        #expect(try await desk.content() == before)
    }

    @Test("a dimension whose keys another one keeps is refused, with what has to be loaded anew")
    func keyHolders() async throws {
        var files = Desk.files
        files["agents.csv"] =
            "agent_id,since,team,home\na1,2023-01-01 00:00:00,North,N\na2,2023-06-01 00:00:00,East,S\n"
        let desk = try await Desk(
            team: "home: { references: team, from: home, scd: 2 }",
            files: files
        )
        let before = try await desk.content()
        try await desk.run("drop table desk.dim_team")
        let problem = try #require(await desk.problem())
        #expect(
            problem == """
                the table `desk.dim_team` is not what was loaded: its table is gone, and `dim_agent` holds \
                keys of its members. Restore it from a backup where there is one; else what holds its keys \
                has to be loaded anew, and the history of `dim_agent` begins anew: versions, and members that \
                no source tells any more, are lost. Longshore does not destroy data by itself; this would do it:
                    truncate "desk"."dim_agent", "desk"."dim_agent_observed";
                    update longshore.control set state = 'stale', reason = 'dim_team was gone' where \
                schema_name = 'desk' and table_name in ('fact_call') and state = 'loaded';
                    -- then: longshore load FOLDER --stale
                """
        )
        try await desk.obey(problem)
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test(
        "a fact whose rows stay is refused: nobody would give them other keys",
        arguments: ["append", "merge"]
    )
    func keptRows(loading: String) async throws {
        let desk = try await Desk(loading: "load: \(loading)")
        let before = try await desk.content()
        try await desk.run("drop table desk.dim_agent")
        let problem = try #require(await desk.problem())
        #expect(problem.contains("`load: \(loading)` leaves rows that are there in their place"))
        try await desk.obey(problem)
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test("rejects are not replayed against a dimension that is gone")
    func replay() async throws {
        let desk = try await Desk()
        try await desk.run("drop table desk.dim_agent")
        let problem = await desk.dock.problem { try await desk.dock.replay(desk.definition) }
        #expect(problem?.contains("`dim_agent`: its table is gone") == true)
    }
}
