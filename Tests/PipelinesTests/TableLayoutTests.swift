import Expressions
import Pipelines
import Rows
import Testing
import Words

@Suite("The layout of a table's rows")
struct TableLayoutTests {
    private static let yaml = """
        pipeline: p
        period: { grain: month, start: 2024-01 }
        zone: America/Bogota
        sources: { drops: { files: data } }
        dimensions:
          team:
            from: { source: drops, csv: teams.csv }
            key: [code, city]
            columns:
              code: { type: text, clean: [upper], required: true }
              city: { type: text, required: true }
              label: { type: text, unique: true }
          agent:
            from: { source: drops, csv: agents.csv }
            key: id
            effective: since
            columns:
              id: { type: text, required: true }
              since: { type: timestamp }
              team: { references: team, from: [t, c], missing: unknown, scd: 2 }
            checks: { late: "since < timestamp '2030-01-01 00:00:00Z'" }
          day:
            calendar:
              from: 2024-01-01
              to: 2024-12-31
              holidays: { source: drops, csv: holidays.csv, region: CO }
        facts:
          call:
            from: { source: drops, csv: "calls_{period}.csv" }
            period: at
            grain: [id]
            columns:
              id: { type: integer, required: true }
              at: { type: timestamp, required: true }
              agent: { references: agent, from: agent, missing: infer }
              day: { references: day, from: at }
              ticket: { type: text, unique: true }
            checks: { counted: "id > 0" }
            expect:
              totals:
                calls: { from: { source: drops, csv: "n_{period}.csv" } }
        """

    private func pipeline(_ yaml: String = yaml) throws -> Pipeline {
        try Definition(bundle: DefinitionBundle(files: ["pipeline.yaml": yaml])).pipeline
    }

    @Test("of a dimension has its attributes and references, and needs its time")
    func dimension() throws {
        let pipeline = try pipeline()
        let agent = try #require(pipeline.dimension("agent"))
        let layout = TableLayout(agent, in: pipeline)
        var since = agent.attributes[1].plan
        since.rules = [.required]
        let team = KeyPlan(
            name: "team",
            map: 0,
            parts: [
                ValuePlan(name: "team", source: "t", type: .text, cleaning: [.upper]),
                ValuePlan(name: "team", source: "c", type: .text),
            ],
            missing: .unknown
        )
        #expect(
            layout.rows.outputs == [.value(agent.attributes[0].plan), .value(since), .key(team)]
        )
        #expect(layout.rows.checks == agent.demands.checks)
        #expect(layout.rows.unique == RowLayout.Unique(owner: [0]))
        #expect(layout.rows.dayZone == "America/Bogota")
        #expect(layout.rows.neededSources == ["id", "since", "t", "c"])
        #expect(layout.dimensions.map(\.name) == ["team"])
        #expect(layout.grain == [] && layout.periodOutput == nil)
    }

    @Test("of a fact has its references and attributes, its grain and what places it in a period")
    func fact() throws {
        let pipeline = try pipeline()
        let call = try #require(pipeline.fact("call"))
        let layout = TableLayout(call, in: pipeline)
        let keys = layout.rows.outputs.compactMap { output -> KeyPlan? in
            guard case .key(let key) = output else { return nil }
            return key
        }
        #expect(keys.map(\.name) == ["agent", "day"])
        #expect(keys.map(\.map) == [0, 1])
        #expect(keys.map(\.missing) == [.infer, .reject])
        // Only the agent has versions, and the time of the call decides which one is meant.
        #expect(keys.map(\.asOf) == [3, nil])
        #expect(keys[1].parts.map(\.type) == [.date(format: .isoTimestamp)])
        let values = call.attributes.map { RowLayout.Output.value($0.plan) }
        #expect(Array(layout.rows.outputs.dropFirst(2)) == values)
        #expect(layout.rows.checks == call.demands.checks)
        #expect(layout.rows.unique == RowLayout.Unique(outputs: [4], owner: [2]))
        #expect(layout.rows.sourceColumns == ["agent", "at", "id", "ticket"])
        #expect(layout.rows.neededSources == ["agent", "at", "id"])
        #expect(layout.dimensions.map(\.name) == ["agent", "day"])
        #expect(layout.grain == [2] && layout.periodOutput == 3)
    }

    @Test("needs the column of the period also where no rule requires it")
    func period() throws {
        let yaml = Self.yaml
            .replacing("at: { type: timestamp, required: true }", with: "at: { type: timestamp }")
            .replacing("day: { references: day, from: at }", with: "n: { type: integer }")
            .replacing(
                "agent: { references: agent, from: agent, missing: infer }",
                with: "m: { type: integer }"
            )
        let pipeline = try pipeline(yaml)
        let call = try #require(pipeline.fact("call"))
        #expect(TableLayout(call, in: pipeline).rows.neededSources == ["at", "id"])
    }

    @Test("where duplicates are kept, equal rows are no fault")
    func duplicates() throws {
        let yaml = Self.yaml.replacing(
            "grain: [id]",
            with: "grain: [id]\n    duplicates: keep_last"
        )
        let pipeline = try pipeline(yaml)
        let layout = TableLayout(try #require(pipeline.fact("call")), in: pipeline)
        #expect(layout.grain == [] && layout.rows.unique.owner == [2])
    }

    @Test("of holidays has a region where one is asked for, or where their source has one")
    func holidays() throws {
        guard case .calendar(let plan)? = try pipeline().dimension("day")?.content else {
            Issue.record("no calendar")
            return
        }
        var holidays = try #require(plan.holidays)
        #expect(TableLayout(holidays).rows.plans.map(\.name) == ["date", "name", "region"])
        holidays.region = nil
        #expect(TableLayout(holidays).rows.plans.map(\.name) == ["date", "name"])
        let header: [ExactText] = ["name", "region", "date"]
        let layout = TableLayout(holidays, below: header)
        #expect(layout.rows.plans.map(\.name) == ["date", "name", "region"])
        #expect(layout.rows.neededSources == ["date", "name"])
    }

    @Test("of a total has the column that it names, or the only one")
    func total() throws {
        var total = try #require(try pipeline().fact("call")?.demands.expectations.totals.first)
        #expect(TableLayout(total, below: ["n"]).rows.sourceColumns == ["n"])
        #expect(TableLayout(total, below: ["n", "m"]).rows.outputs == [])
        total.value = "m"
        let figure = try #require(TableLayout(total, below: ["n", "m"]).rows.plans.first)
        #expect(figure.source == "m" && figure.rules == [.required])
        total.extract.selection = .query("select sum(m) as m from t")
        #expect(TableLayout(total).rows.plans.first?.rules == [])
    }

    @Test("what a load adds stands behind the table's own columns")
    func added() throws {
        let pipeline = try pipeline()
        let layout = TableLayout(try #require(pipeline.fact("call")), in: pipeline)
        var rows = layout.rows(with: [.constantInteger(7), .rowNumber])
        #expect(rows.outputs.suffix(2) == [.constantInteger(7), .rowNumber])
        rows.outputs.removeLast(2)
        #expect(rows == layout.rows)
    }
}
