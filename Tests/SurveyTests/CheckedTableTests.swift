import Pipelines
import Testing
import Words

@testable import Survey

@Suite("Tables whose sources are checked")
struct CheckedTableTests {
    private static let yaml = """
        pipeline: p
        period: { grain: month, start: 2024-01 }
        sources: { drops: { files: data } }
        dimensions:
          agent:
            from: { source: drops, csv: agents.csv }
            key: id
            columns: { id: { type: text, required: true } }
            expect: { totals: { agents: { from: { source: drops, csv: n.csv } } } }
          day:
            calendar:
              from: 2024-01-01
              to: 2024-12-31
              holidays: { source: drops, csv: holidays.csv }
        facts:
          call:
            from: { source: drops, csv: "calls_{period}.csv" }
            period: at
            grain: [id]
            columns:
              id: { type: integer, required: true }
              at: { type: timestamp }
              agent: { references: agent, from: agent }

        """

    @Test("are read by the layouts that loads write by, of each kind of table")
    func layouts() throws {
        let bundle = DefinitionBundle(files: ["pipeline.yaml": Self.yaml])
        let pipeline = try Pipeline.parse(bundle: bundle)
        let agent = try #require(pipeline.dimension("agent"))
        let call = try #require(pipeline.fact("call"))
        let total = try #require(agent.demands.expectations.totals.first)
        guard case .calendar(let plan)? = pipeline.dimension("day")?.content else {
            Issue.record("no calendar")
            return
        }
        let holidays = try #require(plan.holidays)
        let tables = CheckedTable.all(of: pipeline)
        #expect(
            tables.map(\.name) == [
                "dim_agent", "dim_agent total agents", "dim_day holidays", "fact_call",
            ]
        )
        for header in [["n"], ["date", "name", "region"]] as [[ExactText]] {
            #expect(
                tables.map { $0.reading(header).layout } == [
                    TableLayout(agent, in: pipeline), TableLayout(total, below: header),
                    TableLayout(holidays, below: header), TableLayout(call, in: pipeline),
                ]
            )
        }
        #expect(tables[3].neededSources == ["id", "at", "agent"])
    }
}
