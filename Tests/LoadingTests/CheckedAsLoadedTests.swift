import Extraction
import Pipelines
import Planning
import Survey
import Testing
import WarehouseTestSupport

@Suite("A check of sources and a load")
struct CheckedAsLoadedTests {
    private static let files = [
        "teams.csv": """
        code,city,label
        N,Cali,North
        S,Cali,South
        E,Cali,North
        ,Cali,None

        """,
        "agents.csv": """
        id,since,level
        a1,2023-01-01 00:00:00,1
        a2,,1
        a3,2023-01-01 00:00:00,0

        """,
        "holidays.csv": """
        date,name,region
        2024-07-20,Independence,CO
        2024-13-01,Nothing,CO
        2024-07-21,,CO

        """,
        // No member is missing: a check has no warehouse to look members up in.
        "calls_2024-01.csv": """
        number,at,agent,team,city,ticket,seconds
        1,2024-01-05 00:00:00,a1,N,Cali,t1,5
        2,2024-01-05 00:00:00,,N,Cali,t2,5
        3,2024-02-05 00:00:00,,N,Cali,t3,5
        4,2024-01-06 00:00:00,a1,N,Cali,t1,5
        1,2024-01-07 00:00:00,a1,N,Cali,t4,5
        5,2024-01-07 00:00:00,a1,N,,t5,5
        5,2024-01-08 00:00:00,a1,,Cali,t6,5
        6,2024-01-08 00:00:00,a1,N,Cali,,5000
        7,2024-01-08 00:00:00,a1,N,Cali,t7,-1
        1,2024-01-05 00:00:00,a1,N,Cali,t1,5

        """,
        "n.csv": "n\n2\u{a0}\n",
    ]

    private static func definition() throws -> Definition {
        try .text(
            """
            pipeline: desk
            period: { grain: month, start: 2024-01, end: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              team:
                from: { source: drops, csv: teams.csv }
                key: [code, city]
                columns:
                  code: { type: text, required: true }
                  city: { type: text, required: true }
                  label: { type: text, unique: true }
              agent:
                from: { source: drops, csv: agents.csv }
                key: id
                effective: since
                columns:
                  id: { type: text, required: true }
                  since: { type: timestamp }
                  level: { type: integer, scd: 2 }
                checks: { positive: level > 0 }
              day:
                calendar:
                  from: 2024-01-01
                  to: 2024-12-31
                  holidays: { source: drops, csv: holidays.csv }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [team, number]
                columns:
                  number: { type: integer, required: true }
                  at: { type: timestamp, required: true }
                  agent: { references: agent, from: agent }
                  team: { references: team, from: [team, city], missing: unknown }
                  ticket: { type: text, unique: true }
                  seconds: { type: integer, min: 0 }
                checks: { short: seconds < 1000 or ticket is not null }
                expect: { totals: { calls: { from: { source: drops, csv: n.csv } } } }
            """
        )
    }

    @Test("refuse the same rows of every kind of table, by the same rules")
    func sameRejects() async throws {
        let dock = try await Dock(Self.files)
        let definition = try Self.definition()
        let report = try await SourceCheck(
            definition.pipeline,
            folder: dock.folder,
            periods: [try #require(Period("2024-01", grain: .month))],
            sampleRows: 1_000,
            environment: SourceEnvironment { _ in nil }
        )
        .run()
        #expect(!report.hasErrors, "\(report.findings)")
        let load = try await dock.load(definition)
        #expect(load.failures == [])
        let refused = try await dock.rows(
            """
            select table_name || ' ' || rule || ' ' || coalesce(column_name, '-') || ' ' || count(*)
                || ' ' || min(source) || ':' || min(line) as told
            from longshore.reject group by table_name, rule, column_name
            """
        )
        let judged = report.samples.flatMap { sample in
            sample.rejects.map { reject in
                "\(sample.table.prefix { $0 != " " }) \(reject.rule) \(reject.column ?? "-") "
                    + "\(reject.rows) \(reject.firstInput):\(reject.firstLine)"
            }
        }
        #expect(judged.sorted() == refused.sorted())
        #expect(Set(judged) == Self.expected)
        let call = try #require(report.samples.first { $0.table == "fact_call" })
        #expect(
            load.counts("call 2024-01")
                == RowCounts(
                    read: call.rows,
                    loaded: call.good,
                    rejected: call.rejects.reduce(0) { $0 + $1.rows },
                    deduplicated: call.doubled
                )
        )
    }

    private static let expected: Set = [
        "dim_team unique label 1 teams.csv:4", "dim_team required code 1 teams.csv:5",
        "dim_agent required since 1 agents.csv:3", "dim_agent positive - 1 agents.csv:4",
        "dim_day date date 1 holidays.csv:3", "dim_day required name 1 holidays.csv:4",
        "fact_call required agent 1 calls_2024-01.csv:3",
        "fact_call period at 1 calls_2024-01.csv:4",
        "fact_call unique ticket 1 calls_2024-01.csv:5",
        "fact_call grain - 2 calls_2024-01.csv:6", "fact_call short - 1 calls_2024-01.csv:9",
        "fact_call min seconds 1 calls_2024-01.csv:10",
    ]
}
