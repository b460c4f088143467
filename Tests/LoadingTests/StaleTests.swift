import Inquiry
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Periods that a late version makes stale", .serialized)
struct StaleTests {
    private let states = """
        select period, state, reason from longshore.control where kind = 'fact' order by period
        """
    private let teams = """
        select call_id, team from desk.fact_call join desk.dim_agent using (agent_key) order by call_id
        """

    /// Two months of calls of two agents, loaded.
    private func dock(
        agents: String = "a1,2024-01-01 00:00:00,North\na2,2024-01-01 00:00:00,West\n"
    ) async throws -> Dock {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\n" + agents,
            "calls_2024-01.csv": """
            call_id,at,agent
            j1,2024-01-05 00:00:00,a1
            j2,2024-01-15 00:00:00,a1
            j3,2024-01-25 00:00:00,a2

            """,
            "calls_2024-02.csv": """
            call_id,at,agent
            f1,2024-02-05 00:00:00,a1
            f2,2024-02-15 00:00:00,a2

            """,
        ])
        #expect(try await dock.load(calls(), periods: "2024-01..2024-02").failures == [])
        return dock
    }

    private func calls() throws -> Definition { try Shop.calls() }

    /// A load of the dimension alone tells `agents`; its number is given.
    private func tell(_ agents: String, _ dock: Dock) async throws -> DockedLoad {
        try dock.write("agents.csv", "agent_id,since,team\n" + agents)
        var load = try await dock.create(calls(), periods: "2024-03")
        load.outcomes["agent"] = await dock.perform(load.task("agent"))
        #expect(load.failures == [])
        return load
    }

    private func reason(_ load: DockedLoad, keys: String = "1 key", _ rows: String) -> String {
        "`agent`: late versions of \(keys) (load \(load.id)) change what \(rows)"
    }

    @Test("a late version marks the periods whose rows it concerns, with the reason, and no other")
    func split() async throws {
        let dock = try await dock()
        let load = try await tell("a1,2024-01-10 00:00:00,South\n", dock)
        #expect(
            try await dock.rows(states) == [
                "2024-01|stale|" + reason(load, "1 row refers to"),
                "2024-02|stale|" + reason(load, "1 row refers to"), "2024-03|pending|∅",
            ]
        )
        // The version ends before February: that month's rows are right as they are.
        let other = try await self.dock()
        let ended = try await tell(
            "a1,2024-01-10 00:00:00,South\na1,2024-01-20 00:00:00,North\n",
            other
        )
        _ = ended
        #expect(
            try await other.rows(states + " limit 1")
                == ["2024-01|stale|" + reason(ended, "1 row refers to")]
        )
    }

    @Test("the next load of the stale periods keys their rows anew and clears the mark")
    func cleared() async throws {
        let dock = try await dock()
        _ = try await tell("a1,2024-01-10 00:00:00,South\n", dock)
        let stale = PeriodSelection.stale(
            grain: .month,
            states: try await dock.due(calls().pipeline).states
        )
        #expect(stale.map(\.label) == ["2024-01", "2024-02"])
        #expect(try await dock.rows(teams)[3] == "j2|North")
        #expect(try await dock.load(calls(), periods: "2024-01..2024-02").failures == [])
        #expect(
            try await dock.rows(teams)
                == ["f1|South", "f2|West", "j1|North", "j2|South", "j3|West"]
        )
        #expect(
            try await dock.rows(states)
                == ["2024-01|loaded|∅", "2024-02|loaded|∅", "2024-03|pending|∅"]
        )
    }

    @Test("a version that changes what no row refers to marks nothing")
    func beyond() async throws {
        let dock = try await dock()
        _ = try await tell(
            "a1,2024-02-10 00:00:00,South\na2,2024-03-01 00:00:00,East\na3,2024-01-01 00:00:00,East\n",
            dock
        )
        #expect(
            try await dock.rows(states)
                == ["2024-01|loaded|∅", "2024-02|loaded|∅", "2024-03|pending|∅"]
        )
    }

    @Test("a version that disappears marks the periods of its rows")
    func disappears() async throws {
        let dock = try await dock(
            agents: """
                a1,2024-01-01 00:00:00,North
                a1,2024-01-10 00:00:00,South
                a2,2024-01-01 00:00:00,West

                """
        )
        let load = try await tell("a1,2024-01-10 00:00:00,North\n", dock)
        let row = reason(load, "1 row refers to")
        #expect(
            try await dock.rows(states)
                == ["2024-01|stale|\(row)", "2024-02|stale|\(row)", "2024-03|pending|∅"]
        )
    }

    @Test("an inferred member that is completed with a history marks the periods of its rows")
    func inferred() async throws {
        let dock = try await dock(agents: "a2,2024-01-01 00:00:00,West\n")
        let load = try await tell(
            "a1,2024-01-01 00:00:00,North\na1,2024-01-10 00:00:00,South\n",
            dock
        )
        #expect(
            try await dock.rows(states) == [
                "2024-01|stale|" + reason(load, "1 row refers to"),
                "2024-02|stale|" + reason(load, "1 row refers to"), "2024-03|pending|∅",
            ]
        )
    }

    @Test("a closed period stays as it is, the load warns of it, and it is stale when it is opened")
    func closed() async throws {
        let dock = try await dock()
        let january = try PeriodSelection.parse("2024-01", grain: .month)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        _ = try await dock.ledger.periods.close(
            january,
            of: calls().pipeline,
            reason: "audited",
            by: "ana"
        )
        let load = try await tell("a1,2024-01-10 00:00:00,South\n", dock)
        let what = reason(load, "1 row refers to")
        #expect(try await dock.rows(states)[0] == "2024-01|closed|audited")
        let task = try #require(
            try await dock.ledger.tasks.reports(ofLoad: load.id).first { $0.table == "dim_agent" }
        )
        #expect(
            task.warnings == [
                "\(what) in fact_call 2024-01, which is closed and stays as it is: to load it again, "
                    + "open it with `longshore periods reopen desk 2024-01`"
            ]
        )
        _ = try await dock.ledger.periods.reopen(january, of: calls().pipeline)
        #expect(try await dock.rows(states)[0] == "2024-01|stale|\(what)")
    }

    @Test("several late versions of one period are told one after the other")
    func twice() async throws {
        let dock = try await dock()
        let first = try await tell("a1,2024-01-10 00:00:00,South\n", dock)
        let second = try await tell("a2,2024-01-20 00:00:00,East\n", dock)
        let row = "1 row refers to"
        #expect(
            try await dock.rows(states)[0]
                == "2024-01|stale|\(reason(first, row)); \(reason(second, row))"
        )
    }

    @Test("two references to one dimension are looked at, and a row counts once")
    func rolePlaying() async throws {
        let dock = try await Dock([
            "agents.csv": "agent_id,since,team\na1,2024-01-01,North\na2,2024-01-01,West\n",
            "calls_2024-01.csv": """
            call_id,at,seller,helper
            x,2024-01-15,a1,a1
            y,2024-01-16,a2,a1
            z,2024-01-17,a2,a2

            """,
        ])
        let yaml = try #require(calls().bundle.files["pipeline.yaml"])
        let definition = try Definition.text(
            yaml.replacing(
                "agent: { references: agent, from: agent, missing: infer }",
                with: """
                    seller: { references: agent, from: seller }
                          helper: { references: agent, from: helper }
                    """
            )
            .replacing("{ type: timestamp", with: "{ type: date")
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write(
            "agents.csv",
            "agent_id,since,team\na1,2024-01-15,South\na2,2024-01-17,East\n"
        )
        let load = try await dock.create(definition, periods: "2024-02")
        #expect(await dock.perform(load.task("agent")).failure == nil)
        #expect(
            try await dock.rows(states)[0]
                == "2024-01|stale|" + reason(load, keys: "2 keys", "3 rows refer to")
        )
    }

    @Test("a fact that was keyed before a merge and commits after it marks itself")
    func keyedBefore() async throws {
        let dock = try await dock()
        let load = try await dock.create(calls())
        #expect(await dock.perform(load.task("agent")).failure == nil)
        try dock.write("agents.csv", "agent_id,since,team\na1,2024-01-10 00:00:00,South\n")
        let other = try await dock.create(calls(), periods: "2024-02")
        let merger = WarehouseLoader(dock.configuration)
        let outcome = await dock.perform(
            load.task("call 2024-01"),
            observer: At(.copying) { _ = await dock.perform(other.task("agent"), by: merger) }
        )
        await merger.close()
        #expect(outcome == .loaded(RowCounts(read: 3, loaded: 3)))
        #expect(
            try await dock.rows(states)[0]
                == "2024-01|stale|`agent`: versions of 1 key moved while load \(load.id) loaded the "
                + "period, and change what 1 row refers to"
        )
        #expect(try await dock.load(calls()).failures == [])
        #expect(try await dock.rows(states)[0] == "2024-01|loaded|∅")
        #expect(try await dock.rows(teams)[3] == "j2|South")
    }

    @Test("a fact whose rows are written makes a merge wait, and is found by it")
    func committedMeanwhile() async throws {
        let dock = try await dock()
        try await dock.connection.query("delete from desk.fact_call_2024_01")
        let load = try await dock.create(calls())
        #expect(await dock.perform(load.task("agent")).failure == nil)
        try dock.write("agents.csv", "agent_id,since,team\na1,2024-01-10 00:00:00,South\n")
        let other = try await dock.create(calls(), periods: "2024-02")
        let merger = WarehouseLoader(dock.configuration)
        let merge = Later()
        let outcome = await dock.perform(
            load.task("call 2024-01"),
            observer: At(.swapped) {
                merge.start { await dock.perform(other.task("agent"), by: merger) }
                await eventually("the merge waits for the fact") {
                    try await dock
                        .rows(
                            """
                            select pid from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock'
                            """
                        )
                        .isEmpty == false
                }
            }
        )
        #expect(outcome == .loaded(RowCounts(read: 3, loaded: 3)))
        #expect(await merge.outcome?.failure == nil)
        await merger.close()
        #expect(
            try await dock.rows(states)[0] == "2024-01|stale|" + reason(other, "1 row refers to")
        )
    }

    @Test(
        "whatever comes in whatever order, the marked periods are those whose rows are wrong",
        arguments: [31, 32, 33, 34] as [UInt64]
    )
    func property(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let dock = try await Dock()
        let calls = Self.months.map { month in
            (0..<40)
                .map { number in
                    let day = Int.random(in: 1...28, using: &generator)
                    let agent = Int.random(in: 0..<12, using: &generator)
                    return
                        "\(month)-\(number),\(month)-\(day < 10 ? "0" : "")\(day) 00:00:00,a\(agent)\n"
                }
                .joined()
        }
        for (month, rows) in zip(Self.months, calls) {
            try dock.write("calls_\(month).csv", "call_id,at,agent\n" + rows)
        }
        var told = Observation.random(members: 12, count: 60, seed: seed)
            .map { observation in
                "\(observation.member),\(Observation.time(observation.minute)),\(observation.team)\n"
            }
        // Not all members are known when the facts come: some are inferred.
        try dock.write("agents.csv", "agent_id,since,team\n" + told.prefix(10).joined())
        #expect(try await dock.load(self.calls(), periods: "2024-01..2024-06").failures == [])
        for _ in 1...4 {
            told.shuffle(using: &generator)
            _ = try await tell((told.prefix(12) + told.prefix(3)).joined(), dock)
            let wrong = try await dock.rows(Self.wrong)
            #expect(try await marked(dock) == wrong)
            guard let some = wrong.randomElement(using: &generator) else { continue }
            #expect(try await dock.load(self.calls(), periods: some).failures == [])
            #expect(try await marked(dock) == dock.rows(Self.wrong))
        }
        #expect(try await dock.load(self.calls(), periods: "2024-01..2024-06").failures == [])
        #expect(try await marked(dock) == [])
        #expect(try await dock.rows(Self.wrong) == [])
    }

    private static let months = (1...6).map { "2024-0\($0)" }

    /// Periods with a row whose version is not the last that begins before it, nor the first of all.
    private static let wrong = """
        select distinct to_char(period, 'YYYY-MM') as period from desk.fact_call f
        join desk.dim_agent mine using (agent_key)
        where agent_key <> (select right_one.agent_key from desk.dim_agent right_one
            where right_one.agent_id = mine.agent_id and right_one.valid_from < right_one.valid_to
            order by right_one.valid_from <= f.at desc,
                case when right_one.valid_from <= f.at then right_one.valid_from end desc,
                right_one.valid_from limit 1)
        order by 1
        """

    private func marked(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            "select period from longshore.control where kind = 'fact' and state = 'stale' order by 1"
        )
    }
}
