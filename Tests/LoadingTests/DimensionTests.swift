import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Loading a dimension", .serialized)
struct DimensionTests {
    private func definition(_ dimensions: String) throws -> Definition {
        try .text(
            """
            pipeline: hr
            sources: { drops: { files: data } }
            dimensions:
            \(dimensions)
            """
        )
    }

    private let teamsAndAgents = """
          agent:
            from: { source: drops, csv: agents.csv }
            key: agent_id
            columns:
              agent_id: { type: text, required: true }
              hired: { type: text, scd: 0 }
              phone: { type: text }
              team: { references: team, from: team_code, missing: unknown }
          team:
            from: { source: drops, csv: teams.csv }
            key: code
            columns:
              code: { type: text, required: true }
        """

    private let agents = """
        select agent_id, hired, phone, code from hr.dim_agent left join hr.dim_team using (team_key)
        where agent_key > 0 order by agent_id
        """

    @Test("changing attributes are overwritten, fixed ones stay, references are keys")
    func overwrite() async throws {
        let dock = try await Dock([
            "teams.csv": "code\nN\nS\n",
            "agents.csv": "agent_id,hired,phone,team_code\na1,h1,p1,N\na2,h2,p2,?\n",
        ])
        let definition = try definition(teamsAndAgents)
        let first = try await dock.load(definition)
        #expect(first.failures == [])
        #expect(try await dock.rows(agents) == ["a1|h1|p1|N", "a2|h2|p2|∅"])
        let keys = "select agent_id, agent_key from hr.dim_agent order by 1"
        let before = try await dock.rows(keys)
        try dock.write("agents.csv", "agent_id,hired,phone,team_code\na1,h9,p9,S\na3,h3,p3,N\n")
        let second = try await dock.load(definition)
        #expect(second.counts("agent") == RowCounts(read: 2, loaded: 2))
        #expect(try await dock.rows(agents) == ["a1|h1|p9|S", "a2|h2|p2|∅", "a3|h3|p3|N"])
        #expect(try await dock.rows(keys).filter { !$0.hasPrefix("a3") } == before)
        #expect(
            try await dock.rows("select agent_id, load_id from hr.dim_agent order by agent_id")
                == ["a1|\(second.id)", "a2|\(first.id)", "a3|\(second.id)", "∅|∅"]
        )
    }

    @Test("of rows with one key the last one counts, and for what is fixed the first")
    func lastCounts() async throws {
        let dock = try await Dock([
            "teams.csv": "code\nN\nN\n",
            "agents.csv": "agent_id,hired,phone,team_code\na1,h1,p1,N\na1,h2,p2,N\n",
        ])
        let load = try await dock.load(definition(teamsAndAgents))
        #expect(load.counts("team") == RowCounts(read: 2, loaded: 1, deduplicated: 1))
        #expect(load.counts("agent") == RowCounts(read: 2, loaded: 1, deduplicated: 1))
        #expect(try await dock.rows(agents) == ["a1|h1|p2|N"])
    }

    @Test("the unknown member has the key -1 and points to unknown members itself")
    func unknownMember() async throws {
        let dock = try await Dock(["teams.csv": "code\nN\n", "agents.csv": "agent_id\n"])
        try await dock.create(definition(teamsAndAgents))
        try await dock.create(definition(teamsAndAgents))
        #expect(
            try await dock.rows("select agent_key, agent_id, team_key from hr.dim_agent")
                == ["-1|∅|-1"]
        )
    }

    @Test("a key of several columns identifies a member")
    func compositeKey() async throws {
        let dock = try await Dock([
            "items.csv": "shop,number,name\nA,1,x\nA,2,y\nB,1,z\n",
            "lines.csv": "line,shop,number\n1,B,1\n2,A,2\n3,A,9\n4,A,9\n",
        ])
        let definition = try definition(
            """
              item:
                from: { source: drops, csv: items.csv }
                key: [shop, number]
                columns:
                  shop: { type: text, required: true }
                  number: { type: integer, required: true }
                  name: { type: text, scd: 2 }
            facts:
              line:
                from: { source: drops, csv: lines.csv }
                grain: [line]
                columns:
                  line: { type: integer, required: true }
                  item: { references: item, from: [shop, number], missing: infer }
            """
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock
                .rows(
                    """
                    select line, shop, number, name, is_inferred, valid_from
                    from hr.fact_line join hr.dim_item using (item_key) order by line
                    """
                )
                .map { $0.split(separator: "|").prefix(5).joined(separator: "|") }
                == ["1|B|1|z|f", "2|A|2|y|f", "3|A|9|∅|t", "4|A|9|∅|t"]
        )
        try dock.write("items.csv", "shop,number,name\nA,1,x\nA,2,y2\nB,1,z\nA,9,new\n")
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.rows(
                """
                select shop, number, name, is_current, is_inferred from hr.dim_item
                where item_key > 0 order by shop, number, valid_from
                """
            ) == ["A|1|x|t|f", "A|2|y|f|f", "A|2|y2|t|f", "A|9|new|t|f", "B|1|z|t|f"]
        )
    }

    @Test("versions without an effective time begin with the load, and only when something changed")
    func byLoadTime() async throws {
        let dock = try await Dock(["teams.csv": "code,city\nN,Oslo\n"])
        let definition = try definition(
            """
              team:
                from: { source: drops, csv: teams.csv }
                key: code
                columns:
                  code: { type: text, required: true }
                  city: { type: text, scd: 2 }
            """
        )
        let first = try await dock.load(definition).id
        try await dock.load(definition)
        try dock.write("teams.csv", "code,city\nN,Bergen\n")
        let third = try await dock.load(definition).id
        #expect(
            try await dock.rows(
                """
                select city, f.id, coalesce(t.id, 0) as until, is_current from hr.dim_team
                join longshore.load f on f.created_at = valid_from
                left join longshore.load t on t.created_at = valid_to
                order by valid_from
                """
            ) == ["Oslo|\(first)|\(third)|f", "Bergen|\(third)|0|t"]
        )
        #expect(try await dock.row("select count(*) from hr.dim_team_observed") == "2")
    }

    @Test(
        "with an effective time and no historical attribute, the latest state wins whenever it comes"
    )
    func latestWins() async throws {
        let dock = try await Dock(["agents.csv": "agent_id,since,first,last\na1,2024-05-01,x,new\n"]
        )
        let definition = try definition(
            """
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                effective: since
                columns:
                  agent_id: { type: text, required: true }
                  since: { type: date }
                  first: { type: text, scd: 0 }
                  last: { type: text }
            """
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write("agents.csv", "agent_id,since,first,last\na1,2024-01-01,y,old\n")
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.rows("select since, first, last from hr.dim_agent where agent_key > 0")
                == ["2024-05-01|y|new"]
        )
    }

    @Test("a row without its effective time is a reject, not a failure")
    func noEffectiveTime() async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na1,,N\na2,2024-01-01 00:00:00,S\n"
        ])
        let load = try await dock.load(Shop.calls())
        #expect(load.counts("agent") == RowCounts(read: 2, loaded: 1, rejected: 1))
        #expect(
            try await dock.rows("select line, column_name, rule from longshore.reject")
                == ["2|since|required"]
        )
    }

    @Test("an inferred member of a versioned dimension becomes its first version")
    func versionedInferred() async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na0,2024-01-01 00:00:00,N\n",
            "calls_2024-01.csv": "call_id,at,agent\nx,2024-01-15 00:00:00,a1\n",
        ])
        #expect(try await dock.load(Shop.calls()).failures == [])
        let key = "select agent_key from desk.fact_call"
        let before = try await dock.row(key)
        try dock.write(
            "agents.csv",
            "agent_id,since,team\na1,2024-01-01 00:00:00,N\na1,2024-02-01 00:00:00,S\n"
        )
        #expect(try await dock.load(Shop.calls()).failures == [])
        #expect(try await dock.row(key) == before)
        #expect(
            try await dock.rows(
                """
                select agent_key = \(before) as first, team, valid_from::date as f, is_current,
                    is_inferred
                from desk.dim_agent where agent_id = 'a1' order by valid_from
                """
            ) == ["t|N|2024-01-01|f|f", "f|S|2024-02-01|t|f"]
        )
    }

    @Test("an empty source never touches the dimension", arguments: ["code\n", "code\n\"\"\n"])
    func emptySource(text: String) async throws {
        let dock = try await Dock(["teams.csv": "code\nN\n"])
        let definition = try definition(
            """
              team:
                from: { source: drops, csv: teams.csv }
                key: code
                columns: { code: { type: text, required: true } }
            """
        )
        try await dock.load(definition)
        let before = try await dock.rows("select *, xmin from hr.dim_team")
        try dock.write("teams.csv", text)
        let load = try await dock.load(definition)
        let failure = try #require(load.failure("team"))
        #expect(failure.code == "warehouse.row_count")
        #expect(
            failure.message
                == (text == "code\n"
                    ? "the source of `dim_team` has no rows; the rows are as they were. "
                        + "Look whether it is complete, then load again"
                    : "every row of `dim_team`'s source was rejected (required 1; first line 2 of "
                        + "`teams.csv`: `code` breaks `required`); the rows are as they were. "
                        + "`longshore check FOLDER --sources` shows the values; mend the source or the "
                        + "rules, then load again")
        )
        #expect(try await dock.rows("select *, xmin from hr.dim_team") == before)
    }

    @Test("a calendar has a row for every day, however often it is loaded")
    func calendar() async throws {
        let dock = try await Dock()
        let definition = try definition(
            "  date: { calendar: { from: 2023-12-30, to: 2024-03-01 } }"
        )
        #expect(try await dock.load(definition).counts("date") == RowCounts(read: 63, loaded: 63))
        let before = try await dock.rows("select *, xmin from hr.dim_date order by 1")
        #expect(try await dock.load(definition).counts("date") == RowCounts(read: 63, loaded: 63))
        #expect(try await dock.rows("select *, xmin from hr.dim_date order by 1") == before)
        #expect(
            try await dock.rows(
                """
                select date_key, date, year, quarter, month, month_name, iso_year, iso_week, day,
                    weekday, weekday_name, is_weekend
                from hr.dim_date where date_key in (-1, 20231231, 20240229) order by 1
                """
            ) == [
                "-1|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅",
                "20231231|2023-12-31|2023|4|12|December|2023|52|31|7|Sunday|t",
                "20240229|2024-02-29|2024|1|2|February|2024|9|29|4|Thursday|f",
            ]
        )
        #expect(try await dock.row("select count(*) from hr.dim_date") == "64")
    }

    @Test("a day that a fact infers beyond the calendar keeps its key when the calendar reaches it")
    func inferredDay() async throws {
        let dock = try await Dock(["rates.csv": "day,rate\n2024-01-02,1\n2025-01-01,2\n"])
        func definition(to day: String) throws -> Definition {
            try self.definition(
                """
                  date: { calendar: { from: 2024-01-01, to: \(day) } }
                facts:
                  rate:
                    from: { source: drops, csv: rates.csv }
                    grain: [day]
                    columns:
                      day: { references: date, from: day, missing: infer }
                      rate: { type: integer }
                """
            )
        }
        let keys = """
            select day_key, date, year, is_inferred from hr.fact_rate
            join hr.dim_date on day_key = date_key order by 1
            """
        #expect(try await dock.load(definition(to: "2024-12-31")).failures == [])
        #expect(
            try await dock.rows(keys)
                == ["20240102|2024-01-02|2024|f", "20250101|2025-01-01|∅|t"]
        )
        let later = try await dock.load(definition(to: "2025-12-31"))
        #expect(later.failures == [])
        #expect(
            try await dock.rows(keys)
                == ["20240102|2024-01-02|2024|f", "20250101|2025-01-01|2025|f"]
        )
    }

    @Test("a column may have any name that the definition allows", arguments: ["scd: 1", "scd: 2"])
    func names(change: String) async throws {
        let names = [
            "observed_at", "staged_row", "surrogate", "begins", "is_first", "d", "m", "s", "o", "i",
            "select", "incoming", "history", "load",
        ]
        let columns = names.map { "\($0): { type: text, \(change) }" }.joined(separator: "\n      ")
        let values = names.map { _ in "x" }.joined(separator: ",")
        let dock = try await Dock([
            "things.csv": "order,\(names.joined(separator: ","))\n1,\(values)\n"
        ])
        let definition = try definition(
            """
              thing:
                from: { source: drops, csv: things.csv }
                key: order
                columns:
                  order: { type: text, required: true }
                  \(columns)
            """
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.row(
                "select surrogate, observed_at from hr.dim_thing where thing_key > 0"
            ) == "x|x"
        )
    }
}
