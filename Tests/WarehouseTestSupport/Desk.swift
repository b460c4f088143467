import Inquiry
package import Pipelines
import Planning
import Postgres
import StarSchema
import Testing

/// A small warehouse with one of each kind of table, from which people take something away by hand.
package struct Desk {
    package let dock: Dock
    package let definition: Definition

    package static let files = [
        "teams.csv": "code,name\nN,North\nS,South\n",
        "agents.csv":
            "agent_id,since,team\na2,2023-06-01 00:00:00,East\na1,2023-01-01 00:00:00,North\n"
            + "a1,2024-01-10 00:00:00,South\n",
        "calls_2024-01.csv":
            "call_id,at,agent,team\nx,2024-01-05 00:00:00,a1,N\ny,2024-01-15 00:00:00,a1,S\n",
        "calls_2024-02.csv": "call_id,at,agent,team\nz,2024-02-05 00:00:00,a2,S\n",
        "rates.csv": "name,rate\nusd,4000\n",
    ]

    package init(
        loading: String = "",
        expiry: String = "",
        team: String = "",
        agents: String = "",
        files: [String: String] = Desk.files
    ) async throws {
        dock = try await Dock(files)
        definition = try Self.definition(
            loading: loading,
            expiry: expiry,
            team: team,
            agents: agents
        )
        #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
        try await end()
    }

    /// Its pipeline; every argument is a piece of YAML, `rule` one of an agent's team.
    package static func definition(
        loading: String = "",
        expiry: String = "",
        team: String = "",
        agents: String = "",
        rule: String = ""
    ) throws -> Definition {
        try .text(
            """
            pipeline: desk
            period: { grain: month, start: 2024-01, end: 2024-02 }
            sources: { drops: { files: data } }
            dimensions:
              team:
                from: { source: drops, csv: teams.csv }
                key: code
                columns: { code: { type: text, required: true }, name: { type: text } }
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                effective: since
                \(expiry)
                columns:
                  agent_id: { type: text, required: true }
                  since: { type: timestamp }
                  team: { type: text, scd: 2\(rule) }
                  \(team)
              day:
                calendar: { from: 2024-01-01, to: 2024-12-31 }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [call_id]
                \(loading)
                columns:
                  call_id: { type: text, required: true }
                  at: { type: timestamp, required: true }
                  agent: { references: agent, from: agent\(agents) }
                  team: { references: team, from: team }
                  day: { references: day, from: at }
              rate:
                from: { source: drops, csv: rates.csv }
                grain: [name]
                columns: { name: { type: text, required: true }, rate: { type: integer } }
            marts:
              month: { sql: month.sql, per: period }
              all: { sql: all.sql }
            """,
            files: [
                "month.sql": "select count(*) as n from fact_call "
                    + "where at >= :period_start and at < :period_end",
                "all.sql": "select sum(rate) as rate from fact_rate",
            ]
        )
    }

    /// Lets the loads be over, as a coordinator would.
    package func end() async throws {
        try await dock.connection.query(
            "update longshore.load set state = 'loaded' where state = 'running'"
        )
    }

    package func run(_ sql: String) async throws { try await dock.connection.script(SQL(raw: sql)) }

    /// Deletes rows, and lets Postgres count them at once.
    package func delete(_ sql: String) async throws {
        try await run("\(sql); select pg_stat_force_next_flush(); select 1")
        try await run("select 1")
    }

    /// What a load without `--periods` would take.
    package func due() async throws -> [String] {
        let states = try await dock.due(definition.pipeline).states
        guard let rule = definition.pipeline.periods, let today = Day("2024-04-15") else {
            return []
        }
        return try PeriodSelection.due(rule, states: states, today: today).map(\.label)
    }

    package func notices() async throws -> [String] {
        try await dock.due(definition.pipeline).losses
    }

    /// Loads what is due.
    @discardableResult
    package func load() async throws -> DockedLoad {
        let due = try await due()
        // Whole tables are loaded with any period.
        let periods = due.isEmpty ? "2024-02" : due.joined(separator: ",")
        let load = try await dock.load(definition, periods: periods)
        #expect(load.failures == [])
        try await end()
        return load
    }

    /// Every call with what it refers to, and all members.
    package func content() async throws -> [String] {
        try await dock.rows(
            """
            select call_id, at, a.agent_id, a.team, a.valid_from, t.code, t.name, d.date
            from desk.fact_call left join desk.dim_agent a using (agent_key)
            left join desk.dim_team t using (team_key) left join desk.dim_day d using (day_key)
            order by call_id
            """
        )
            + dock.rows(
                "select agent_id, team, valid_from, valid_to, is_current, is_inferred from desk.dim_agent order by 1, 3"
            ) + dock.rows("select code, name from desk.dim_team order by 1")
            + dock.rows("select * from desk.mart_month order by 1")
            + dock.rows("select * from desk.mart_all")
    }

    package func problem() async -> String? {
        await dock.problem { try await dock.create(definition, periods: "2024-01..2024-02") }
    }

    /// Runs the statements that a refusal prints.
    package func obey(_ problem: String) async throws {
        let lines = problem.split(separator: "\n").filter { $0.hasPrefix("    ") }
        for line in lines where !line.hasPrefix("    --") { try await run(String(line)) }
    }
}
