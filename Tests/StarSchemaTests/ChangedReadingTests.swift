import Inquiry
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("What is read otherwise than for rows that stay", .serialized)
struct ChangedReadingTests {
    private static let files = [
        "teams.csv": "code,name\n1,team1\n2,team2\n3,team3\n",
        "squads.csv": "code,name\n3,squad3\n2,squad2\n9,squad9\n",
        "agents.csv": "agent,t1,t2,team\na,2024-01-01,2024-01-02,1\na,05/02/2024,02/06/2024,2\n",
        "sales_2024-01.csv": "id,sold_on,agent,team,v\nx,2024-01-10,a,1,10\ny,2024-01-20,a,3,20\n",
    ]

    /// Sales of agents and their teams.
    private func definition(
        load: String = "merge",
        grain: String = "[id]",
        _ changes: (String, String)...
    ) throws -> Definition {
        let yaml = """
            pipeline: desk
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              day: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
              date: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
              team:
                from: { source: drops, csv: teams.csv }
                key: code
                columns: { code: { type: text, required: true }, name: { type: text } }
              squad:
                from: { source: drops, csv: squads.csv }
                key: code
                columns: { code: { type: text, required: true }, name: { type: text } }
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent
                effective: since
                columns:
                  agent: { type: text, required: true }
                  since: { type: date, from: t1, required: true }
                  group: { references: team, from: team, missing: unknown, scd: 2 }
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                load: \(load)
                grain: \(grain)
                columns:
                  id: { type: text, required: true }
                  sold_on: { type: date, required: true }
                  sold: { references: day, from: sold_on }
                  agent: { references: agent, from: agent }
                  team: { references: team, from: team, missing: \(grain == "[team]" ? "reject" : "unknown") }
                  v: { type: integer }
            """
        return try .text(changes.reduce(yaml) { $0.replacing($1.0, with: $1.1) })
    }

    private func dock(_ definition: Definition, agents: String? = nil) async throws -> Dock {
        let dock = try await Dock(Self.files)
        try dock.write(
            "agents.csv",
            agents ?? "agent,t1,t2,team\na,2024-01-01,2024-01-01,1\na,2024-02-01,2024-01-15,2\n"
        )
        #expect(try await dock.load(definition).failures == [])
        return dock
    }

    private func refusal(_ dock: Dock, _ definition: Definition) async throws -> String {
        try #require(await dock.problem { try await dock.create(definition) })
    }

    /// Runs the statements of a refusal, without comments.
    private func run(_ problem: String, at dock: Dock) async throws {
        for line in problem.split(separator: "\n").dropFirst() where !line.contains("-- ") {
            try await dock.connection.query(SQL(raw: String(line)))
        }
    }

    /// Runs what a refusal offers, if values are what they were.
    private func runOffer(_ problem: String, at dock: Dock) async throws {
        let line = try #require(
            problem.split(separator: "\n").last { $0.contains("-- or, only if") }
        )
        let sql = try #require(line.split(separator: "): ", maxSplits: 1).last)
        try await dock.connection.query(SQL(raw: String(sql)))
    }

    // MARK: Times

    private let history = """
        select agent, valid_from, valid_to, t.name, id from desk.dim_agent a
        left join desk.dim_team t on group_key = team_key
        left join desk.fact_sale f on f.agent_key = a.agent_key
        where a.agent_key > 0 and valid_from < valid_to order by 1, 2, 5
        """

    @Test(
        "a time that is read otherwise is refused, and the SQL gives what a fresh load gives",
        arguments: [
            "since: { type: date, from: t2, required: true }",
            "since: { type: date, from: t1, required: true, format: \"yyyy-dd-MM\" }",
            "t0: { type: date, from: t1 }\n      since: { type: date, expression: \"t0 + 9\" }",
        ]
    )
    func times(since: String) async throws {
        let plain = "since: { type: date, from: t1, required: true }"
        let agents = "agent,t1,t2,team\na,2024-01-01,2024-01-01,1\na,2024-01-02,2024-01-15,2\n"
        let changed = try definition(load: "replace", (plain, since))
        let dock = try await dock(definition(load: "replace"), agents: agents)
        let problem = try await refusal(dock, changed)
        #expect(
            problem.hasPrefix(
                "the table `desk.dim_agent` does not fit the definition: its rows are ordered by `since`, which is read "
                    + "otherwise than it was for them. It has to be loaded anew, and with it `fact_sale`: 1 period, "
                    + "`2024-01`."
            ),
            "\(problem)"
        )
        try await run(problem, at: dock)
        #expect(try await dock.load(changed).failures == [])
        let fresh = try await self.dock(changed, agents: agents)
        #expect(try await dock.rows(history) == fresh.rows(history))
    }

    @Test("a column that a time is computed of counts with it, and what moves no time does not")
    func computedTime() async throws {
        let computed =
            "t0: { type: date, from: t1 }\n      since: { type: date, expression: \"t0\" }"
        let time = ("since: { type: date, from: t1, required: true }", computed)
        let dock = try await dock(definition(time))
        let problem = try await refusal(dock, definition(time, ("from: t1", "from: t2")))
        #expect(problem.contains("ordered by `since`, which is read otherwise"), "\(problem)")
        let fixed = ("t0: { type: date,", "t0: { scd: 0, type: date,")
        #expect(try await dock.load(definition(time, fixed)).failures == [])
    }

    @Test("a zone that moves times is refused, whoever declares it")
    func zones() async throws {
        let time = ("since: { type: date,", "since: { type: timestamp, format: yyyy-MM-dd,")
        let dock = try await dock(definition(time))
        for change in [
            ("pipeline: desk\n", "pipeline: desk\nzone: America/Bogota\n"),
            ("format: yyyy-MM-dd,", "format: yyyy-MM-dd, zone: America/Bogota,"),
        ] {
            let problem = try await refusal(dock, definition(time, change))
            #expect(problem.contains("ordered by `since`, which is read otherwise"), "\(problem)")
        }
    }

    @Test(
        "a source that says the same times otherwise is taken at a word, and nothing is loaded again"
    )
    func sameTimes() async throws {
        let dock = try await dock(definition())
        let before = try await dock.rows(history)
        let changed = try definition(("from: t1", "from: since"))
        try dock.write("agents.csv", "agent,since,team\na,2024-01-01,1\na,2024-02-01,2\n")
        try await runOffer(refusal(dock, changed), at: dock)
        #expect(try await dock.due(changed.pipeline).states == [.loaded: ["2024-01"]])
        #expect(try await dock.load(changed).failures == [])
        #expect(try await dock.rows(history) == before)
        #expect(await dock.problem { try await dock.create(changed) } == nil)
    }

    // MARK: Grains

    private let sales = "select count(*), sum(v) from desk.fact_sale"

    @Test(
        "a grain that is read otherwise is refused where rows are looked for by it, by its own column or a key",
        arguments: ["merge", "append"],
        [
            ("[id]", "id: { type: text,", "id: { type: text, clean: [upper],", "id"),
            ("[team]", "code: { type: text,", "code: { type: text, clean: [upper],", "team"),
            ("[team]", "references: team, from: team", "references: team, from: agent", "team"),
        ]
    )
    func grains(
        load: String,
        change: (grain: String, from: String, to: String, name: String)
    ) async throws {
        let (old, new) = try (
            definition(load: load, grain: change.grain),
            definition(load: load, grain: change.grain, (change.from, change.to))
        )
        let dock = try await dock(old)
        let problem = try await refusal(dock, new)
        #expect(
            problem.contains(
                "the table `desk.fact_sale` does not fit the definition: its rows are identified by `\(change.name)`, which "
                    + "is read otherwise than for those that are there: they would not be found again, and be there twice. It "
                    + "has to be loaded anew: `fact_sale`: 1 period, `2024-01`."
            ),
            "\(problem)"
        )
        try dock.write("teams.csv", "code,name\n1,team1\n3,team3\na,A\n")
        try await run(problem, at: dock)
        #expect(try await dock.due(new.pipeline).states == [.stale: ["2024-01"]])
        try dock.write("sales_2024-01.csv", "id,sold_on,agent,team,v\nx,2024-01-10,a,1,10\n")
        #expect(try await dock.load(new).failures == [])
        #expect(try await dock.rows(sales) == ["1|10"])
        #expect(await dock.problem { try await dock.create(new) } == nil)
    }

    @Test(
        "a grain that is read otherwise, with values as before, is taken at a word; where periods are replaced it is none"
    )
    func sameGrain() async throws {
        let dock = try await dock(definition())
        let changed = try definition(("id: { type: text,", "id: { type: text, from: number,"))
        try dock.write("sales_2024-01.csv", "number,sold_on,agent,team,v\nx,2024-01-10,a,1,11\n")
        try await runOffer(refusal(dock, changed), at: dock)
        #expect(try await dock.load(changed, periods: "2024-01").failures == [])
        #expect(try await dock.rows(sales) == ["2|31"])

        let replaced = try await self.dock(definition(load: "replace"))
        let upper = ("id: { type: text,", "id: { type: text, clean: [upper],")
        #expect(
            try await replaced.load(definition(load: "replace", upper), periods: "2024-01").failures
                == []
        )
        #expect(try await replaced.rows(sales) == ["2|30"])
    }

    // MARK: References

    @Test(
        "a reference that names another dimension is refused where rows hold keys of the first",
        arguments: ["merge", "replace"]
    )
    func otherDimension(load: String) async throws {
        let dock = try await dock(definition(load: load))
        let changed = try definition(load: load, ("references: team", "references: squad"))
        let problem = try await refusal(dock, changed)
        #expect(
            problem == """
                the table `desk.dim_agent` does not fit the definition: its column `group_key` holds keys of `dim_team`, the \
                definition says `dim_squad`. Besides, the table `desk.fact_sale` does not fit the definition: its column \
                `team_key` holds keys of `dim_team`, the definition says `dim_squad`. It has to be loaded anew: `fact_sale`: \
                1 period, `2024-01`. Longshore does not destroy data by itself; this would do it:
                    alter table "desk"."dim_agent" drop column "group_key";
                    alter table "desk"."dim_agent_observed" drop column "group_key";
                    -- then: longshore load FOLDER --periods 2024-01
                    alter table "desk"."fact_sale" drop column "team_key";
                    update longshore.control set state = 'stale', reason = 'columns of fact_sale were dropped' where \
                schema_name = 'desk' and table_name in ('fact_sale') and state = 'loaded';
                    -- then: longshore load FOLDER --stale
                """
        )
        try await run(problem, at: dock)
        // The source tells only the rest by now.
        try dock.write("agents.csv", "agent,t1,t2,team\na,2024-02-01,,2\n")
        try dock.write("sales_2024-01.csv", "id,sold_on,agent,team,v\ny,2024-01-20,a,3,20\n")
        #expect(try await dock.load(changed).failures == [])
        #expect(
            try await dock.rows(
                "select s.name from desk.dim_agent left join desk.dim_squad s on group_key = squad_key "
                    + "where agent_key > 0 and valid_from < valid_to order by valid_from"
            ) == ["∅", "squad2"]
        )
        #expect(
            try await dock.rows(
                "select id, s.name from desk.fact_sale left join desk.dim_squad s on team_key = squad_key order by 1"
            ) == (load == "merge" ? ["x|∅", "y|squad3"] : ["y|squad3"])
        )
        #expect(await dock.problem { try await dock.create(changed) } == nil)
    }

    @Test(
        "a reference of the grain that names another dimension has the fact dropped and loaded again"
    )
    func otherDimensionOfGrain() async throws {
        let dock = try await dock(definition(grain: "[team]"))
        let changed = try definition(
            grain: "[team]",
            ("team: { references: team", "team: { references: squad")
        )
        let problem = try await refusal(dock, changed)
        #expect(problem.contains("`team_key` holds keys of `dim_team`"), "\(problem)")
        #expect(problem.contains(#"    drop table "desk"."fact_sale";"#), "\(problem)")
        #expect(!problem.contains("-- or"), "\(problem)")
        try await run(problem, at: dock)
        try dock.write("squads.csv", "code,name\n3,squad3\n1,squad1\n")
        #expect(try await dock.load(changed).failures == [])
        #expect(
            try await dock.rows(
                "select id, s.name from desk.fact_sale join desk.dim_squad s on team_key = squad_key order by 1"
            ) == ["x|squad1", "y|squad3"]
        )
    }

    @Test(
        "keys of one dimension are no keys of another under another name, and a day is one in every calendar"
    )
    func names() async throws {
        let dock = try await dock(definition())
        let problem = try await refusal(
            dock,
            definition(("team: { references: team", "squad: { references: squad"))
        )
        #expect(problem.contains("drop column \"team_key\""), "\(problem)")
        #expect(!problem.contains("rename column"), "\(problem)")
        #expect(
            try await dock.load(definition(("references: day", "references: date"))).failures == []
        )
    }
}
