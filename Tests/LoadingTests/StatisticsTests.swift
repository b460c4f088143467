import Pipelines
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

/// Joins are planned by what Postgres believes of a table.
///
/// After a rolled-back attempt and autovacuum's look at what it left, that is "no rows", and a merge of
/// many takes the square of them.
@Suite("What the planner knows of tables", .serialized)
struct StatisticsTests {
    private func definition(mart: Bool = false) throws -> Definition {
        let marts = "\nmarts: { daily: { sql: daily.sql, per: period } }"
        let daily = """
            select day, count(*) as visits from fact_visit where period = :period_start group by day
            """
        return try .text(
            """
            pipeline: hr
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              team:
                from: { source: drops, csv: teams.csv }
                key: code
                on_missing: expire
                columns:
                  code: { type: text, required: true }
                  city: { type: text, scd: 2 }
                expect: { expired: { max: 90% } }
            facts:
              visit:
                from: { source: drops, csv: "visits_{period}.csv" }
                period: day
                grain: [visit]
                columns:
                  visit: { type: text, required: true }
                  day: { type: date, required: true }
                  team: { references: team, from: team, missing: infer }
            """ + (mart ? marts : ""),
            files: mart ? ["daily.sql": daily] : [:]
        )
    }

    private func teams(_ numbers: Range<Int>) -> String {
        "code,city\n" + numbers.map { "t\($0),Quito\n" }.joined()
    }

    private func visits(_ numbers: Range<Int>) -> String {
        "visit,day,team\n" + numbers.map { "v\($0),2024-01-09,t\($0)\n" }.joined()
    }

    /// What an attempt leaves that wrote many rows and died, and what autovacuum makes of it.
    private func leaveDeadRows(_ dock: Dock) async throws {
        try await dock.connection.script(
            """
            alter table hr.dim_team set (autovacuum_enabled = false);
            alter table hr.dim_team_observed set (autovacuum_enabled = false);
            alter table hr.dim_team_absent set (autovacuum_enabled = false);
            begin;
            insert into hr.dim_team (code, city)
                select 'dead' || n, 'Lima' from generate_series(1, 3000) n;
            insert into hr.dim_team_observed (code, city, _observed_at)
                select 'dead' || n, 'Lima', now() from generate_series(1, 3000) n;
            insert into hr.dim_team_absent (code, _gone_at)
                select 'dead' || n, now() from generate_series(1, 3000) n;
            rollback;
            analyze hr.dim_team, hr.dim_team_observed, hr.dim_team_absent;
            """
        )
    }

    private func believed(_ table: String, _ dock: Dock) async throws -> String {
        try await dock.row("select reltuples from pg_class where oid = 'hr.\(table)'::regclass")
    }

    @Test("it is true when a load has ended, whatever an attempt that died has left")
    func afterDeadAttempts() async throws {
        let dock = try await Dock(["teams.csv": teams(0..<1), "visits_2024-01.csv": visits(0..<1)])
        #expect(try await dock.load(definition()).failures == [])

        try await leaveDeadRows(dock)
        #expect(try await believed("dim_team_observed", dock) == "1")
        try dock.write("teams.csv", teams(0..<2000))
        #expect(try await dock.load(definition()).failures == [])
        #expect(try await believed("dim_team_observed", dock) == "2000")
        // The unknown member is a row as well.
        #expect(try await believed("dim_team", dock) == "2001")

        try await leaveDeadRows(dock)
        try dock.write("teams.csv", teams(0..<500))
        #expect(try await dock.load(definition()).failures == [])
        #expect(try await believed("dim_team_absent", dock) == "1500")
    }

    /// How many rows the planner expects of a query.
    private func expected(_ query: String, _ dock: Dock) async throws -> Int {
        let first = try await dock.rows("explain \(query)").first ?? ""
        return first.firstMatch(of: /rows=([0-9]+)/).flatMap { Int($0.1) } ?? -1
    }

    @Test(
        "marts that join the new rows of facts and dimensions are planned for as many as there are"
    )
    func plans() async throws {
        let dock = try await Dock([
            "teams.csv": teams(0..<1), "visits_2024-01.csv": visits(0..<1),
        ])
        #expect(try await dock.load(definition()).failures == [])
        try await leaveDeadRows(dock)
        try dock.write("teams.csv", teams(0..<8000))
        try dock.write("visits_2024-01.csv", visits(0..<8000))
        #expect(try await dock.load(definition()).failures == [])
        // A sample of a table is not the table: twice or half as many rows make no other plan.
        for query in [
            "select from hr.fact_visit", "select from hr.dim_team",
            "select from hr.fact_visit join hr.dim_team using (team_key)",
            "select from hr.dim_team d join hr.dim_team_observed o using (code)",
        ] {
            let rows = try await expected(query, dock)
            #expect((4000...16000).contains(rows), "\(query): \(rows)")
        }
        #expect(try await expected("select from hr.fact_visit where visit = 'v7'", dock) < 10)
    }

    private func sketched(_ table: String, _ dock: Dock) async throws -> String {
        try await dock.row(
            "select count(*) from pg_statistic where starelid = 'hr.\(table)'::regclass"
        )
    }

    @Test(
        "a period's new partition is sketched when a mart reads it, and left to autovacuum when none does"
    )
    func newPartitions() async throws {
        let files = ["teams.csv": teams(0..<1), "visits_2024-01.csv": visits(0..<500)]
        let alone = try await Dock(files)
        #expect(try await alone.load(definition()).failures == [])
        #expect(try await sketched("fact_visit_2024_01", alone) == "0")

        let withMart = try await Dock(files)
        #expect(try await withMart.load(definition(mart: true)).failures == [])
        #expect(try await sketched("fact_visit_2024_01", withMart) != "0")
        // Of the period's one value Postgres would believe that it is in each 200th row.
        let rows = try await expected(
            "select from hr.fact_visit where period = date '2024-01-01'",
            withMart
        )
        #expect(rows == 500)
    }

    @Test("it counts members that facts have inferred")
    func afterInference() async throws {
        let dock = try await Dock(["teams.csv": teams(0..<1), "visits_2024-01.csv": visits(0..<1)])
        #expect(try await dock.load(definition()).failures == [])
        try await leaveDeadRows(dock)
        try dock.write("visits_2024-01.csv", visits(0..<700))
        #expect(try await dock.load(definition()).failures == [])
        #expect(try await believed("dim_team", dock) == "701")
    }
}
