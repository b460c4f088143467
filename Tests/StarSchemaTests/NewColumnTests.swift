import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Columns that a table gains", .serialized)
struct NewColumnTests {
    private static let files = [
        "s_2024-01.csv":
            "id,d,amt,qty,flag,who\n1,2024-01-05,10,3,true,a\n2,2024-01-06,20,4,false,b\n",
        "s_2024-02.csv":
            "id,d,amt,qty,flag,who\n3,2024-02-05,10,5,true,a\n4,2024-02-06,20,6,false,b\n",
    ]

    private static let added = """
              qty: { type: integer, required: true }
              flag: { type: boolean, required: true }
              person: { references: person, from: who, missing: reject }
        """

    private func definition(_ columns: String = "", load: String = "") throws -> Definition {
        try .text(
            """
            pipeline: gain
            period: { grain: month, start: 2024-01, end: 2024-02 }
            sources: { drops: { files: data } }
            dimensions:
              person:
                from: { source: drops, csv: "s_*.csv" }
                key: who
                columns: { who: { type: text, required: true } }
            facts:
              s:
                from: { source: drops, csv: "s_{period}.csv" }
                period: d
                grain: id
            \(load)
                columns:
                  id: { type: integer, required: true }
                  d: { type: date, required: true }
                  amt: { type: "decimal(12,2)", required: true }
            \(columns)
            """
        )
    }

    private static let february = """
        select qty, flag, person_key from gain.fact_s where d >= '2024-02-01' order by id
        """

    private static let reason =
        "`qty`, `flag` are new, and null in its rows; "
        + "`person_key` is new, and the unknown member in its rows"

    private func control(_ dock: Dock) async throws -> [String] {
        try await dock.rows(
            "select period, state, reason from longshore.control where kind = 'fact' order by 1"
        )
    }

    @Test(
        "a required integer is null in the rows that are there, and their period is stale with the reason"
    )
    func requiredInteger() async throws {
        let dock = try await Dock(Self.files)
        try await dock.load(definition(), periods: "2024-01..2024-02")
        let changed = try definition(Self.added)
        #expect(try await dock.load(changed, periods: "2024-01").failures == [])
        #expect(
            try await dock.rows(
                "select qty, flag, person_key > 0 from gain.fact_s where d < '2024-02-01' order by id"
            ) == ["3|t|t", "4|f|t"]
        )
        #expect(try await dock.rows(Self.february) == ["∅|∅|-1", "∅|∅|-1"])
        #expect(
            try await control(dock)
                == ["2024-01|loaded|∅", "2024-02|stale|\(Self.reason)"]
        )
        let rule = try #require(changed.pipeline.periods)
        let due = try PeriodSelection.due(
            rule,
            states: try await dock.due(changed.pipeline).states,
            today: try #require(Day("2024-12-01"))
        )
        #expect(due.map(\.label) == ["2024-02"])
        try await dock.load(changed, periods: "2024-02")
        #expect(try await control(dock) == ["2024-01|loaded|∅", "2024-02|loaded|∅"])
    }

    @Test("a load of the older definition that is still running does not clear the mark")
    func runningLoad() async throws {
        let dock = try await Dock(Self.files)
        try await dock.load(definition(), periods: "2024-02")
        var older = try await dock.create(definition(), periods: "2024-02")
        try await dock.load(definition(Self.added), periods: "2024-01")
        for (ordinal, task) in older.tasks.enumerated() {
            older.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: older.id, ordinal: ordinal)
            )
        }
        #expect(older.failures == [])
        #expect(try await dock.rows(Self.february) == ["∅|∅|-1", "∅|∅|-1"])
        #expect(
            try await control(dock) == ["2024-01|loaded|∅", "2024-02|stale|\(Self.reason)"]
        )
    }

    @Test("a closed period stays closed, and is stale when it is opened again")
    func closedPeriod() async throws {
        let dock = try await Dock(Self.files)
        try await dock.load(definition(), periods: "2024-01..2024-02")
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let pipeline = try definition().pipeline
        let february = try PeriodSelection.parse("2024-02", grain: .month)
        _ = try await dock.ledger.periods.close(
            february,
            of: pipeline,
            reason: "audited",
            by: "test"
        )
        try await dock.load(definition(Self.added), periods: "2024-01")
        #expect(try await control(dock)[1] == "2024-02|closed|audited")
        _ = try await dock.ledger.periods.reopen(february, of: pipeline)
        #expect(try await control(dock)[1] == "2024-02|stale|\(Self.reason)")
    }

    @Test("periods of merged rows are stale too; the column of their task is Longshore's own")
    func merged() async throws {
        let dock = try await Dock(Self.files)
        let merge = "    load: merge\n    late: merge"
        try await dock.load(definition(load: merge), periods: "2024-01..2024-02")
        let qty = "      qty: { type: integer, required: true }"
        try await dock.load(definition(qty, load: merge), periods: "2024-02")
        #expect(
            try await control(dock)
                == ["2024-01|stale|`qty` is new, and null in its rows", "2024-02|loaded|∅"]
        )
    }

    @Test("a dimension's new reference is the unknown member in rows that the source has no more")
    func ofDimension() async throws {
        let dock = try await Dock(["a.csv": "a,b\n1,x\n2,y\n", "b.csv": "b\nx\ny\n"])
        func definition(_ column: String) throws -> Definition {
            try .text(
                """
                pipeline: gain
                sources: { drops: { files: data } }
                dimensions:
                  b:
                    from: { source: drops, csv: b.csv }
                    key: b
                    columns: { b: { type: text, required: true } }
                  a:
                    from: { source: drops, csv: a.csv }
                    key: a
                    columns:
                      a: { type: text, required: true }
                \(column)
                """
            )
        }
        try await dock.load(definition(""))
        try dock.write("a.csv", "a,b\n1,x\n")
        let load = try await dock.load(definition("      b: { references: b, from: b, scd: 1 }"))
        #expect(load.failures == [])
        #expect(
            try await dock.rows("select a, b_key > 0 from gain.dim_a where a_key > 0 order by 1")
                == ["1|t", "2|f"]
        )
    }
}
