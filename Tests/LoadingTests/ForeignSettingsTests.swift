import BlockingThread
import Extraction
import Loading
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

/// Whatever somebody has set for a role or a database, at the source or at the warehouse, the same rows
/// are loaded.
@Suite("Settings of others", .serialized)
struct ForeignSettingsTests {
    private static let settings = [
        "datestyle to 'SQL, DMY'", "datestyle to 'German'", "timezone to 'Asia/Kolkata'",
        "extra_float_digits to -5", "client_encoding to 'LATIN1'", "search_path to ''",
        "standard_conforming_strings to off", "default_transaction_isolation to 'serializable'",
        "intervalstyle to 'iso_8601'", "lc_messages to 'C'",
    ]

    private static func set(_ setting: String, of connection: PostgresConnection) async throws {
        let rows = try await connection.query("select current_database() as name")
        let database = try #require(try rows.first?.text("name"))
        try await connection.script(
            "alter database \(id: database) reset all; alter database \(id: database) set \(raw: setting)"
        )
    }

    /// A source with a table, and a connection to it.
    private func source(_ sql: String) async throws -> (url: String, PostgresConnection) {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await connection.script("create schema src; \(raw: sql)")
        return (url, connection)
    }

    private func load(
        _ definition: Definition,
        from url: String,
        into dock: Dock,
        periods: String = "2024-01"
    ) async throws -> DockedLoad {
        let slot = slot(dock, url)
        var load = try await dock.create(definition, periods: periods)
        for (ordinal, task) in load.tasks.enumerated() {
            let id = LoadTaskID(load: load.id, ordinal: ordinal)
            load.outcomes[task.title] = await dock.perform(id, by: slot)
        }
        await slot.close()
        return load
    }

    private func slot(_ dock: Dock, _ url: String) -> WarehouseLoader {
        WarehouseLoader(
            dock.configuration,
            thread: BlockingThread(name: "slot"),
            keyMaps: KeyMapCache(),
            environment: SourceEnvironment { $0 == "CRM_URL" ? url : nil }
        )
    }

    @Test("of a source: days, times, numbers and letters come as they are")
    func ofSource() async throws {
        let (url, connection) = try await source(
            """
            create table src.t (id int, d date, at timestamp, tz timestamptz, f float8, txt text);
            insert into src.t values
                (1, '2024-03-04', '2024-03-04 10:00:00', '2024-03-04 10:00:00+00', 0.1234567890123456, 'é'),
                (2, '2024-03-25', '2024-03-25 10:00:00.25', '2024-03-25 10:00:00.00001+00', 0.1, 'ü')
            """
        )
        let definition = try Definition.text(
            """
            pipeline: c
            sources: { crm: { postgres: "${CRM_URL}" } }
            facts:
              t:
                from: { source: crm, query: "select * from src.t" }
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  d: { type: date, format: dd.MM.yyyy }
                  at: { type: timestamp }
                  tz: { type: timestamp, format: "yyyy-MM-dd HH:mm:ssX" }
                  f: { type: float }
                  txt: { type: text }
            """
        )
        for setting in Self.settings {
            try await Self.set(setting, of: connection)
            let dock = try await Dock()
            let load = try await load(definition, from: url, into: dock)
            #expect(load.failures == [], "\(setting)")
            #expect(
                try await dock.rows("select id, d, at, tz, f, txt from c.fact_t order by id") == [
                    "1|2024-03-04|2024-03-04 10:00:00+00|2024-03-04 10:00:00+00|0.1234567890123456|é",
                    "2|2024-03-25|2024-03-25 10:00:00.25+00|2024-03-25 10:00:00.00001+00|0.1|ü",
                ],
                "\(setting)"
            )
        }
        await connection.close()
    }

    @Test("of the warehouse: histories, days and versions are the same", arguments: settings)
    func ofWarehouse(_ setting: String) async throws {
        let dock = try await Dock([
            "d.csv": "k,since,team\na,2024-01-05,N\na,2024-02-03,S\n",
            "f.csv": "id,on,k,f\n1,2024-01-10,a,0.1234567890123456\n2,2024-02-10,a,0.1\n",
        ])
        let definition = try Definition.text(
            """
            pipeline: c
            zone: America/Bogota
            sources: { drops: { files: data } }
            dimensions:
              k:
                from: { source: drops, csv: d.csv }
                key: k
                effective: since
                columns:
                  k: { type: text, required: true }
                  since: { type: date, required: true }
                  team: { type: text, scd: 2 }
              date: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
            facts:
              f:
                from: { source: drops, csv: f.csv }
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  on: { type: date }
                  day: { references: date, from: on }
                  k: { references: k, from: k }
                  f: { type: float }
            """
        )
        try await Self.set(setting, of: dock.connection)
        for _ in 0..<2 { #expect(try await dock.load(definition).failures == []) }
        #expect(
            try await dock.rows(
                """
                select id, "on", team, (valid_from at time zone 'America/Bogota')::date as since, date, f
                from c.fact_f join c.dim_k using (k_key) join c.dim_date on date_key = day_key order by id
                """
            ) == [
                "1|2024-01-10|S|2024-02-03|2024-01-10|0.1234567890123456",
                "2|2024-02-10|S|2024-02-03|2024-02-10|0.1",
            ]
        )
    }

    @Test(
        "the bounds of a query and of a mart are the period's, in the pipeline's zone or the column's",
        arguments: ["UTC", "America/Bogota", "Asia/Tokyo"],
        [
            "at timestamptz", "at timestamp", "at timestamptz, zone: UTC",
            "at timestamp, zone: Asia/Tokyo",
        ]
    )
    func bounds(_ zone: String, _ column: String) async throws {
        let parts = column.split(separator: ", ").map(String.init)
        let (url, connection) = try await source(
            """
            create table src.r (id int primary key, \(parts[0]));
            insert into src.r select row_number() over (), t from generate_series(
                timestamptz '2024-09-01 00:30 UTC', '2024-12-31 23:30 UTC', interval '1 hour') t
            """
        )
        let definition = try Definition.text(
            """
            pipeline: c
            zone: \(zone)
            period: { grain: month, start: 2024-10 }
            sources: { crm: { postgres: "${CRM_URL}" } }
            facts:
              r:
                from: { source: crm, query: "select id, at from src.r where at >= :period_start and at < :period_end" }
                period: at
                grain: [id]
                expect:
                  totals:
                    n: { from: { source: crm, query: "select count(*) from src.r where at >= :period_start and at < :period_end" } }
                columns:
                  id: { type: integer, required: true }
                  at: { type: timestamp, required: true\(parts.count > 1 ? ", " + parts[1] : "") }
            marts: { m: { sql: m.sql, per: period } }
            """,
            files: [
                "m.sql":
                    "select count(*) as n from fact_r where at >= :period_start and at < :period_end"
            ]
        )
        let dock = try await Dock()
        let load = try await load(definition, from: url, into: dock, periods: "2024-10..2024-11")
        #expect(load.failures == [])
        #expect(load.counts("r 2024-10") == RowCounts(read: 744, loaded: 744))
        #expect(load.counts("r 2024-11") == RowCounts(read: 720, loaded: 720))
        // A mart's bounds are of the pipeline's zone, whatever zone a column of one of its facts has.
        if parts.count == 1 {
            #expect(
                try await dock.rows("select period, n from c.mart_m order by 1") == [
                    "2024-10-01|744", "2024-11-01|720",
                ]
            )
        }
        await connection.close()
    }

    @Test("a reject of a query is read again as the types that its columns had")
    func replay() async throws {
        let (url, connection) = try await source(
            """
            create table src.t (id int, at timestamp, tz timestamptz, n text);
            insert into src.t values (1, '2024-01-01 12:00:00.25', '2024-01-01 12:00:00.5+00', 'x7')
            """
        )
        func definition(_ clean: String) throws -> Definition {
            try .text(
                """
                pipeline: c
                sources: { crm: { postgres: "${CRM_URL}" } }
                facts:
                  t:
                    from: { source: crm, query: "select * from src.t" }
                    grain: [id]
                    expect: { rows: { min: 0 } }
                    columns:
                      id: { type: integer, required: true }
                      at: { type: timestamp, format: "yyyy-dd-MM HH:mm:ss" }
                      tz: { type: timestamp }
                      n: { type: integer\(clean) }
                """
            )
        }
        let dock = try await Dock()
        let first = try await load(definition(""), from: url, into: dock)
        #expect(first.counts("t") == RowCounts(read: 1, rejected: 1))
        let (created, replay) = try await dock.replay(definition(", clean: [digits]"))
        #expect(created.rejects == 1)
        #expect(replay?.failures == [])
        #expect(
            try await dock.rows("select id, at, tz, n from c.fact_t")
                == ["1|2024-01-01 12:00:00.25+00|2024-01-01 12:00:00.5+00|7"]
        )
        await connection.close()
    }
}
