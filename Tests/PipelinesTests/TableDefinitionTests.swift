import Pipelines
import Testing

@Suite("What rows of a table follow from")
struct TableDefinitionTests {
    private func definitions(
        agent: String = "agent: { references: agent, from: agent_id }",
        columns: String = "amt: { type: \"decimal(12,2)\", min: 0 }",
        agentKey: String = "clean: [trim]",
        fact: String = "load: replace",
        from: String = "csv: \"s_{period}.csv\"",
        sql: String = "select sum(amt) as amt from fact_s",
        rest: String = ""
    ) throws -> [String: TableDefinition] {
        let yaml = """
            pipeline: p
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                columns: { agent_id: { type: text, required: true, \(agentKey) } }
            facts:
              s:
                from: { source: drops, \(from) }
                period: d
                grain: [id]
                \(fact)
                columns:
                  id: { type: integer, required: true }
                  d: { type: date, required: true }
                  \(columns)
                  \(agent)
            marts:
              m: { sql: m.sql, per: period }
            \(rest)
            """
        let bundle = DefinitionBundle(files: ["pipeline.yaml": yaml, "m.sql": sql])
        return try Definition(bundle: bundle).pipeline.tableDefinitions
    }

    private func changes(
        of table: String = "fact_s",
        _ other: [String: TableDefinition]
    ) throws -> [String] {
        let before = try #require(definitions()[table])
        return try #require(other[table]).changes(since: before).map(\.description)
    }

    @Test("what changes no row changes no definition")
    func spelling() throws {
        let others = [
            try definitions(
                columns: """
                    amt:   # a comment
                            min: 0
                            type: decimal(12,2)
                            description: An amount
                            index: true
                    """
            ),
            try definitions(fact: "pool: big\n    reload: swap\n    expect: { rows: { min: 3 } }"),
            try definitions(
                sql: """
                    -- The sum
                    SELECT sum( amt )
                      AS amt /* all */ FROM fact_s
                    """
            ),
            try definitions(rest: "limits: { total: 5 min }\ndescription: All"),
        ]
        let before = try definitions()
        for other in others {
            #expect(other == before)
            #expect(other.mapValues(\.digest) == before.mapValues(\.digest))
        }
    }

    @Test("columns that are new, gone or made otherwise are named")
    func columns() throws {
        let qty = try definitions(columns: "qty: { type: integer }")
        #expect(
            try changes(qty) == ["column amt is gone", "column qty is new"]
        )
        #expect(
            try changes(definitions(columns: "amt: { type: \"decimal(14,2)\", min: 0 }"))
                == ["column amt has changed"]
        )
        #expect(
            try changes(
                definitions(columns: "amt: { type: \"decimal(12,2)\", min: 0, from: amount }")
            )
                == ["column amt has changed"]
        )
    }

    @Test("a column that the table has under its new name is the same, wherever a setting names it")
    func renamed() throws {
        func definition(_ id: String, _ day: String, _ agent: String) throws -> TableDefinition {
            let yaml = """
                pipeline: p
                period: { grain: month, start: 2024-01 }
                sources: { drops: { files: data } }
                dimensions:
                  agent:
                    from: { source: drops, csv: agents.csv }
                    key: id
                    columns: { id: { type: text, required: true } }
                facts:
                  s:
                    from: { source: drops, csv: "s_{period}.csv" }
                    period: \(day)
                    grain: [\(id), \(agent), n]
                    columns:
                      \(id): { type: integer, required: true, from: id }
                      n: { type: integer, required: true }
                      \(day): { type: date, required: true, from: d }
                      \(agent): { references: agent, from: agent }
                """
            let bundle = DefinitionBundle(files: ["pipeline.yaml": yaml])
            return try #require(
                try Definition(bundle: bundle).pipeline.tableDefinitions["fact_s"]
            )
        }
        let before = try definition("id", "d", "agent")
        let after = try definition("zid", "day", "clerk")
        let columns: Set = ["zid", "n", "day", "clerk_key", "load_id", "period"]
        #expect(after.changes(since: before, columns: columns) == [])
        // Where they were not given their names, they are other columns.
        #expect(
            after.changes(since: before, columns: ["id", "n", "d", "agent_key"])
                .map(\.description)
                == after.changes(since: before).map(\.description)
        )
    }

    @Test("rules of a column are told apart from the column")
    func rules() throws {
        for rules in [", min: 1", ", min: 0, max: 9", "", ", min: 0, unique: true"] {
            #expect(
                try changes(definitions(columns: "amt: { type: \"decimal(12,2)\"\(rules) }"))
                    == ["the rule of amt has changed"]
            )
        }
    }

    @Test("a reference changes with itself and with the key of its dimension")
    func references() throws {
        #expect(
            try changes(
                definitions(agent: "agent: { references: agent, from: agent_id, missing: infer }")
            ) == ["reference agent has changed"]
        )
        #expect(
            try changes(definitions(agentKey: "clean: [trim, upper]"))
                == ["reference agent has changed"]
        )
        #expect(try changes(definitions(agent: "")) == ["reference agent is gone"])
        let agent = try definitions(agentKey: "clean: [trim, upper]")
        #expect(try changes(of: "dim_agent", agent) == ["column agent_id has changed"])
    }

    @Test("sources, settings and the SQL of marts are named")
    func others() throws {
        #expect(
            try changes(definitions(from: "csv: \"t_{period}.csv\"")) == ["the source has changed"]
        )
        let plain = try #require(definitions(from: "jsonl: \"s_{period}.jsonl\"")["fact_s"])
        for shape in ["expand: items", "fields: { amt: total }", "fields: { amt: count(items) }"] {
            let shaped = try definitions(from: "jsonl: \"s_{period}.jsonl\", \(shape)")["fact_s"]
            #expect(
                shaped?.changes(since: plain).map(\.description) == ["the source has changed"]
            )
        }
        #expect(
            try changes(definitions(fact: "duplicates: keep_last")) == ["`duplicates` has changed"]
        )
        #expect(
            try changes(of: "mart_m", definitions(sql: "select sum(amt) + 1 as amt from fact_s"))
                == ["the SQL has changed"]
        )
        #expect(try changes(definitions(sql: "select sum(amt) + 1 as amt from fact_s")) == [])
    }

    @Test("a zone that only comes with the type of a column is not told beside it")
    func zone() throws {
        let text = try definitions(columns: "at: { type: text }")
        let time = try definitions(columns: "at: { type: timestamp }")
        let elsewhere = try definitions(
            columns: "at: { type: timestamp }",
            rest: "zone: Europe/Berlin"
        )
        func told(
            _ older: [String: TableDefinition],
            _ newer: [String: TableDefinition]
        ) throws
            -> [String]
        {
            let before = try #require(older["fact_s"])
            return try #require(newer["fact_s"]).changes(since: before).map(\.description)
        }
        #expect(try told(text, time) == ["column at has changed"])
        #expect(try told(time, text) == ["column at has changed"])
        #expect(try told(text, elsewhere) == ["column at has changed"])
        #expect(try told(time, elsewhere).contains("`zone` has changed"))
    }

    @Test("strings and quoted names of SQL keep their letters and blanks")
    func canonicalSQL() {
        #expect(
            SQLText("Select 'A  b', \"C d\", E'X\\'Y' -- x\nFrom t").canonical
                == "select 'A  b' , \"C d\" , E'X\\'Y' from t"
        )
    }
}
