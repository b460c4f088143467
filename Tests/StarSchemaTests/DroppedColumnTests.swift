import Extraction
import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("Columns that people drop by hand", .serialized)
struct DroppedColumnTests {
    @Test(
        "of a dimension: it is read although nothing has changed, and all members have their values again",
        arguments: [
            (
                "dim_team drop column name",
                "`dim_team`: `name` is gone from its rows: it is filled again from the source"
            ),
            (
                "dim_agent drop column team",
                "`dim_agent`: `team` is gone from its rows: it is computed anew from what was observed"
            ),
            (
                "dim_agent drop column team, drop column since",
                "`dim_agent`: `since`, `team` are gone from its rows: they are computed anew from what was observed"
            ),
            (
                "dim_agent_observed drop column team",
                "`dim_agent_observed`: `team` is gone from its rows: it is filled again from the versions that are there"
            ),
        ]
    )
    func dimension(loss: String, notice: String) async throws {
        let desk = try await Desk()
        // A member that the source tells no more.
        try desk.dock.write(
            "agents.csv",
            "agent_id,since,team\na1,2023-01-01 00:00:00,North\na1,2024-01-10 00:00:00,South\n"
        )
        try await desk.load()
        let before = try await desk.content()
        let observed = "select * from desk.dim_agent_observed order by agent_id, _observed_at"
        let history = try await desk.dock.rows(observed).count
        try await desk.run("alter table desk.\(loss)")
        #expect(try await desk.notices() == [notice])
        #expect(try await desk.dock.due(desk.definition.pipeline).isWholeDue)
        let listed = try await ListedPeriods(
            ofPipeline: "desk",
            by: "test",
            in: desk.dock.ledger,
            sources: SourceEnvironment { _ in nil }
        )
        #expect(listed.notes == ["noticed: \(notice)"])
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.dock.rows(observed).count == history)
        #expect(
            try await desk.dock.row(
                "select count(*) from desk.dim_agent_observed where team is null"
            ) == "0"
        )
        #expect(try await desk.notices() == [])
        #expect(try await desk.dock.due(desk.definition.pipeline).isWholeDue == false)
        // What stands is known: it is not read again.
        let last = try await desk.load()
        let reports = try await desk.dock.ledger.tasks.reports(ofLoad: last.id)
        #expect(reports.filter { $0.unchangedSince != nil }.count == 2)
    }

    @Test("of a history and of what was observed: what the source tells is there again")
    func both() async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run(
            """
            alter table desk.dim_agent drop column team;
            alter table desk.dim_agent_observed drop column team
            """
        )
        #expect(try await desk.notices().count == 2)
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test(
        "of a fact: its periods are due with the reason",
        arguments: ["agent_key", "team_key", "load_id", "call_id"]
    )
    func fact(column: String) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("alter table desk.fact_call drop column \(column)")
        #expect(try await desk.due() == ["2024-01", "2024-02"])
        let reason = "`\(column)` is gone from its rows"
        #expect(
            try await desk.notices() == [
                "`fact_call` 2024-01..2024-02 (2 periods): \(reason); to be loaded again"
            ]
        )
        let reports = try await desk.dock.ledger.periods.reports(ofPipeline: "desk")
        #expect(reports.prefix(2).map(\.state) == [.stale, .stale])
        #expect(reports[0].reason == reason)
        let load = try await desk.dock.create(desk.definition, periods: "2024-01")
        #expect(
            try await desk.dock.row(
                "select state, reason from longshore.control where period = '2024-02' and kind = 'fact'"
            ) == "stale|\(reason)"
        )
        for title in ["team", "agent", "day"] {
            #expect(await desk.dock.perform(load.task(title)).failure == nil)
        }
        #expect(await desk.dock.perform(load.task("call 2024-01")).failure == nil)
        #expect(try await desk.due() == ["2024-02"])
        try await desk.end()
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
    }

    @Test("of a dimension whose load is over before it was read: it is due until it is")
    func interrupted() async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("alter table desk.dim_team drop column name")
        try await desk.dock.create(desk.definition, periods: "2024-02")
        try await desk.end()
        let due = try await desk.dock.due(desk.definition.pipeline)
        #expect(due.losses == [])
        #expect(due.unloadedTables == ["`dim_team` is stale: `name` is gone from its rows"])
        #expect(due.isWholeDue)
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test(
        "that tell the rows of a dimension apart are refused; with the SQL that is printed all is as it was",
        arguments: ["dim_agent drop column agent_id", "dim_team drop column team_key"]
    )
    func places(loss: String) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.run("alter table desk.\(loss) cascade")
        #expect(
            try await desk.notices().first?.hasSuffix("nothing is loaded before that is decided")
                == true
        )
        let problem = try #require(await desk.problem())
        #expect(problem.contains("is gone from its rows, which nothing tells apart without it"))
        try await desk.obey(problem)
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test(
        "of a fact whose rows stay are refused where no load fills them",
        arguments: ["append", "merge"]
    )
    func keptRows(loading: String) async throws {
        let desk = try await Desk(loading: "load: \(loading)")
        let before = try await desk.content()
        let column = loading == "append" ? "team_key" : "call_id"
        try await desk.run("alter table desk.fact_call drop column \(column)")
        let problem = try #require(await desk.problem())
        #expect(problem.contains("its rows have no `\(column)` any more, and `load: \(loading)`"))
        try await desk.obey(problem)
        try await desk.load()
        #expect(try await desk.content() == before)
    }
}
