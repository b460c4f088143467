import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Rows that are found by members of a dimension", .serialized)
struct GrainMemberTests {
    private func definition(
        load: String,
        missing: String = "reject",
        scd: Int = 2,
        period: String? = "period: at"
    ) throws -> Definition {
        try .text(
            """
            pipeline: desk
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              agent:
                from: { source: drops, csv: agents.csv }
                key: [site, code]
                effective: since
                columns:
                  site: { type: text, required: true }
                  code: { type: text, required: true }
                  since: { type: date, required: true }
                  team: { type: text, scd: \(scd) }
            facts:
              call:
                from: { source: drops, csv: \(period == nil ? "calls_2024-01.csv" : "\"calls_{period}.csv\"") }
                \(period ?? "description: Whole")
                load: \(load)
                \(period != nil && load != "replace" ? "late: merge" : "pool: default")
                grain: [agent, kind]
                columns:
                  agent: { references: agent, from: [site, code], missing: \(missing) }
                  kind: { type: text, required: true }
                  at: { type: date, required: true }
                  v: { type: integer }
            """
        )
    }

    private let first =
        "site,code,since,team\ns,a,2024-01-01,v1\ns,b,2024-01-01,w1\nt,a,2024-01-01,x1\n"
    private let calls = """
        site,code,kind,at,v
        s,a,k,2024-01-20,1
        s,b,k,2024-01-20,2
        t,a,k,2024-01-20,4

        """
    private let facts = """
        select f.period, site, code, team, kind, v from desk.fact_call f
        left join desk.dim_agent using (agent_key) order by site, code, v
        """
    private let rows = """
        select site, code, team, kind, v from desk.fact_call
        left join desk.dim_agent using (agent_key) order by site, code, v
        """

    private func dock(_ definition: Definition, agents: String? = nil) async throws -> Dock {
        let dock = try await Dock(["agents.csv": agents ?? first, "calls_2024-01.csv": calls])
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        return dock
    }

    @Test(
        "a version that comes late keys a row anew, and does not double it",
        arguments: ["merge", "append"],
        ["period: at", nil]
    )
    func lateVersion(load: String, period: String?) async throws {
        let definition = try definition(load: load, period: period)
        let dock = try await dock(definition)
        let team = load == "merge" ? ["v2"] : ["v1"]
        try dock.write("agents.csv", first + "s,a,2024-01-15,v2\n")
        for _ in 1...2 {
            #expect(try await dock.load(definition, periods: "2024-01").failures == [])
            #expect(
                try await dock.rows(rows)
                    == team.map { "s|a|\($0)|k|1" } + ["s|b|w1|k|2", "t|a|x1|k|4"]
            )
        }
    }

    @Test("what was doubled once is one row again when it is merged")
    func healed() async throws {
        let definition = try definition(load: "merge")
        let dock = try await dock(definition, agents: first + "s,a,2024-01-15,v2\n")
        try await dock.connection.query(
            """
            insert into desk.fact_call (period, agent_key, kind, at, v, load_id, load_period)
            select period, (select agent_key from desk.dim_agent where team = 'v1'), kind, at, v, load_id, load_period
            from desk.fact_call where v = 1
            """
        )
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        #expect(try await dock.rows(rows) == ["s|a|v2|k|1", "s|b|w1|k|2", "t|a|x1|k|4"])
    }

    @Test(
        "a later period's row takes the place of one that holds another version, and an earlier one leaves it"
    )
    func periods() async throws {
        let definition = try definition(load: "merge")
        let dock = try await dock(definition)
        try dock.write("agents.csv", first + "s,a,2024-02-01,v2\n")
        try dock.write("calls_2024-02.csv", "site,code,kind,at,v\ns,a,k,2024-02-20,8\n")
        let expected = ["2024-02-01|s|a|v2|k|8", "2024-01-01|s|b|w1|k|2", "2024-01-01|t|a|x1|k|4"]
        for period in ["2024-02", "2024-01"] {
            #expect(try await dock.load(definition, periods: period).failures == [])
            #expect(try await dock.rows(facts) == expected)
        }
    }

    @Test(
        "a placeholder that gets its versions, and a key that is none, are found again",
        arguments: ["merge", "append"]
    )
    func inferred(load: String) async throws {
        let definition = try definition(load: load, missing: "infer")
        let dock = try await Dock([
            "agents.csv": "site,code,since,team\ns,b,2024-01-01,w1\n",
            "calls_2024-01.csv": calls + ",,k,2024-01-20,16\n",
        ])
        for agents in [first, first + "s,a,2024-01-15,v2\n", first] {
            #expect(try await dock.load(definition, periods: "2024-01").failures == [])
            try dock.write("agents.csv", agents)
        }
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        #expect(try await dock.row("select count(*), sum(v) from desk.fact_call") == "4|23")
    }

    @Test("rows of the unknown member are refused where they would be looked for from now on")
    func unknown() async throws {
        let dock = try await dock(
            definition(load: "replace", missing: "unknown"),
            agents: "site,code,since,team\ns,b,2024-01-01,w1\ns,a,2024-01-01,v1\n"
        )
        let merged = try definition(load: "merge", missing: "infer")
        let problem = try #require(await dock.problem { try await dock.create(merged) })
        #expect(
            problem.contains(
                "its rows are identified by `agent`, and some are of the unknown member"
            ),
            "\(problem)"
        )
        #expect(problem.contains(#"    drop table "desk"."fact_call";"#), "\(problem)")
        #expect(!problem.contains("-- or"), "\(problem)")
    }
}
