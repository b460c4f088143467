import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("Members that are others than loads have made", .serialized)
struct OtherMemberTests {
    /// SQL that leaves a dimension without some rows, and Postgres without a count of deletions.
    private static func rewritten(_ table: String, without condition: String) -> String {
        """
        begin; create temp table kept as select * from \(table) where (\(condition)) is not true;
        truncate \(table); insert into \(table) overriding system value select * from kept;
        drop table kept; commit
        """
    }

    private static func restored(_ table: String, without condition: String, drop: String) -> String
    {
        """
        begin; create table desk.n (like desk.\(table) including all);
        insert into desk.n overriding system value
            select * from desk.\(table) where (\(condition)) is not true;
        \(drop); alter table desk.n rename to \(table); commit
        """
    }

    private static let reset = "select pg_stat_reset()"

    @Test(
        "the periods whose rows refer to members that are gone are due, whatever has become of these",
        arguments: [
            (rewritten("desk.dim_team", without: "code = 'N'"), ["2024-01"]),
            (rewritten("desk.dim_team", without: "code = 'S'"), ["2024-01", "2024-02"]),
            (
                restored("dim_team", without: "code = 'N'", drop: "drop table desk.dim_team"),
                ["2024-01"]
            ),
            (
                restored(
                    "dim_team",
                    without: "code = 'N'",
                    drop: "alter table desk.dim_team rename to old_team"
                ), ["2024-01"]
            ),
            ("delete from desk.dim_team where code = 'N'; \(reset)", ["2024-01"]),
            ("update desk.dim_team set team_key = 500 where code = 'S'", ["2024-01", "2024-02"]),
            (rewritten("desk.dim_agent", without: "agent_id = 'a2'"), ["2024-02"]),
        ]
    )
    func members(loss: String, due: [String]) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.delete(loss)
        #expect(try await desk.due() == due)
        let reports = try await desk.dock.ledger.periods.reports(ofPipeline: "desk")
        #expect(
            reports.filter {
                $0.state == .stale
                    && $0.reason?.hasSuffix("that its rows refer to are gone") == true
            }
            .map(\.period) == due
        )
        // A load of the dimensions alone gives the members other keys; the periods stay due.
        let dimensions = try await desk.dock.create(desk.definition, periods: "2024-02")
        for title in ["team", "agent"] {
            #expect(await desk.dock.perform(dimensions.task(title)).failure == nil)
        }
        try await desk.end()
        #expect(try await Set(desk.due()).isSuperset(of: due))
        try await desk.load()
        #expect(try await desk.content() == before)
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
        #expect(try await counts(desk) == recorded(desk))
    }

    @Test("a placeholder that is gone makes the periods due that refer to it")
    func placeholder() async throws {
        var files = Desk.files
        files["calls_2024-02.csv"]? += "w,2024-02-06 00:00:00,a9,S\n"
        let desk = try await Desk(agents: ", missing: infer", files: files)
        let before = try await desk.content()
        try await desk.delete(Self.rewritten("desk.dim_agent", without: "is_inferred"))
        #expect(try await desk.due() == ["2024-02"])
        try await desk.load()
        #expect(try await desk.content() == before)
    }

    @Test("an older state of a dimension gives its keys to nobody else")
    func olderState() async throws {
        let desk = try await Desk()
        try desk.dock.write("teams.csv", "code,name\nN,North\nS,South\nE,East\n")
        try await desk.run(
            Self.restored("dim_team", without: "code = 'S'", drop: "drop table desk.dim_team")
        )
        let load = try await desk.dock.create(desk.definition, periods: "2024-02")
        #expect(await desk.dock.perform(load.task("team")).failure == nil)
        #expect(
            try await desk.dock.row(
                "select count(*) from desk.fact_call join desk.dim_team using (team_key) where code <> 'N'"
            ) == "0"
        )
    }

    @Test(
        "a table that was restored whole, in whatever way, takes new members",
        arguments: [
            restored("dim_team", without: "false", drop: "drop table desk.dim_team"),
            restored(
                "dim_team",
                without: "false",
                drop: "alter table desk.dim_team rename to old_team"
            ),
            "create table desk.n as table desk.dim_team; drop table desk.dim_team; alter table desk.n rename to dim_team",
            "create table desk.n as table desk.dim_agent; drop table desk.dim_agent; alter table desk.n rename to dim_agent",
        ]
    )
    func restoredWhole(how: String) async throws {
        let desk = try await Desk()
        let before = try await desk.content()
        try await desk.delete(how)
        #expect(try await desk.due() == [])
        try desk.dock.write("teams.csv", "code,name\nN,North\nS,South\nW,West\n")
        try desk.dock.write(
            "agents.csv",
            (Desk.files["agents.csv"] ?? "") + "a3,2024-01-01 00:00:00,West\n"
        )
        try await desk.load()
        let new = ["a3|West|2024-01-01 00:00:00+00|infinity|t|f", "W|West"]
        #expect(try await desk.content().filter { !new.contains($0) } == before)
        #expect(try await Set(desk.content()).isSuperset(of: new))
        #expect(try await counts(desk) == recorded(desk))
        #expect(
            try await desk.dock.row(
                """
                select (select count(*) from desk.dim_team where is_inferred is null)
                    + (select count(*) from desk.dim_agent where is_inferred is null)
                """
            ) == "0"
        )
    }

    @Test("what was observed is missed, too, however it went")
    func observations() async throws {
        for loss in [
            Self.rewritten("desk.dim_agent_observed", without: "team = 'North'"),
            "delete from desk.dim_agent_observed where team = 'North'; \(Self.reset)",
        ] {
            let desk = try await Desk()
            try await desk.delete(loss)
            #expect(
                try await desk.notices() == [
                    "`dim_agent_observed`: 1 row of what the history of `dim_agent` is computed from is gone; "
                        + "nothing is loaded before that is decided"
                ]
            )
        }
    }

    @Test("what loads and people do besides is no loss, and is looked at once")
    func noLoss() async throws {
        var files = Desk.files
        files["calls_2024-02.csv"]? += "w,2024-02-06 00:00:00,a9,S\n"
        let desk = try await Desk(agents: ", missing: infer", files: files)
        #expect(try await counts(desk) == recorded(desk))
        try desk.dock.write(
            "agents.csv",
            "agent_id,since,team\na9,2024-01-01 00:00:00,East\na1,2024-01-20 00:00:00,West\n"
        )
        try desk.dock.write("teams.csv", "code,name\nN,Nord\nW,West\n")
        try await desk.load()
        #expect(try await counts(desk) == recorded(desk))
        try await desk.run("vacuum full desk.dim_team")
        try await desk.delete(
            "insert into desk.dim_team (code) values ('by hand')"
        )
        #expect(try await desk.due() == [])
        #expect(try await desk.notices() == [])
        try await desk.dock.create(desk.definition, periods: "2024-02")
        #expect(try await counts(desk) == recorded(desk))
    }

    @Test("rows that an older Longshore has made are counted by the next load")
    func older() async throws {
        let desk = try await Desk()
        try await desk.run(
            "update longshore.control set members = null, member_keys = null, members_seen = null"
        )
        #expect(try await desk.notices() == [])
        try await desk.load()
        #expect(try await counts(desk) == recorded(desk))
    }

    /// The rows of both dimensions.
    private func counts(_ desk: Desk) async throws -> [String] {
        try await ["agent", "team"]
            .asyncMap { name in
                try await desk.dock.row(
                    """
                    select 'dim_\(name)', count(*), sum(\(name)_key) from desk.dim_\(name) where \(name)_key <> -1
                    """
                )
            }
    }

    /// Those that loads have given them.
    private func recorded(_ desk: Desk) async throws -> [String] {
        try await desk.dock.rows(
            """
            select table_name, members, member_keys from longshore.control
            where table_name in ('dim_agent', 'dim_team') order by 1
            """
        )
    }
}

extension Array {
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
