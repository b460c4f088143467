import BlockingThread
import Extraction
import Loading
import Loopback
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

/// Two days of Havana, whose clocks show the midnight between them twice, and rows of the hours around it.
private struct Havana {
    let dock: Dock
    private let loader: WarehouseLoader

    init(_ variables: [String: String] = [:]) async throws {
        dock = try await Dock()
        let known = variables.merging(["CRM_URL": dock.url]) { given, _ in given }
        loader = WarehouseLoader(
            dock.configuration,
            thread: BlockingThread(name: "slot"),
            keyMaps: KeyMapCache(),
            environment: SourceEnvironment { known[$0] }
        )
        try await dock.connection.script(
            """
            create schema src;
            create table src.s (id int primary key, at timestamptz, shown timestamp, note text);
            insert into src.s select id, at, at at time zone 'America/Havana', 'n' from (values
                (1, timestamptz '2024-11-03 03:30Z'), (2, '2024-11-03 04:30Z'), (3, '2024-11-03 05:30Z'),
                (4, '2024-11-04 04:30Z'), (5, '2024-11-04 05:30Z'),
                (11, '2024-03-10 04:59:59Z'), (12, '2024-03-10 05:00Z'), (13, '2024-03-11 03:59:59Z'),
                (14, '2024-03-11 04:00Z')
            ) s (id, at);
            """
        )
    }

    static let inSource = "at >= :period_start and at < :period_end"

    /// A pipeline of the rows, day by day.
    static func definition(
        query: String = "select id, at from src.s where \(inSource)",
        columns: String = "at: { type: timestamp, required: true }",
        total: String = "select count(*) from src.s where \(inSource)",
        marts: [String: String] = [:],
        tests: String = "",
        sources: String = "",
        files: [String: String] = [:]
    ) throws -> Definition {
        let listed = marts.keys.sorted()
            .map { "  \($0): { sql: \($0).sql, per: period\(tests) }" }
            .joined(separator: "\n")
        return try .text(
            """
            pipeline: z
            zone: America/Havana
            period: { grain: day, start: 2024-03-01 }
            sources:
              crm: { postgres: "${CRM_URL}" }
            \(sources)
            facts:
              s:
                from: { source: crm, query: "\(query)" }
                period: at
                grain: [id]
                expect: { rejects: { max: 0% }, totals: { n: { from: { source: crm, query: "\(total)" } } } }
                columns:
                  id: { type: integer, required: true }
                  \(columns)
            \(marts.isEmpty ? "" : "marts:\n" + listed)
            """,
            files: files.merging(marts.map { ("\($0.key).sql", $0.value) }) { $1 }
        )
    }

    func load(
        _ definition: Definition,
        _ periods: String = "2024-11-02..2024-11-04"
    ) async throws -> DockedLoad {
        try await dock.load(definition, periods: periods, by: loader)
    }

    static func byPeriod(_ table: String) -> String {
        "select period, string_agg(id::text, ',' order by id) from z.\(table) group by 1 order by 1"
    }

    static let november = ["2024-11-02|1", "2024-11-03|2,3,4", "2024-11-04|5"]
}

@Suite("A period's instants, where clocks show its midnight twice", .serialized)
struct SameInstantsTests {
    @Test(
        "are those of queries, of totals and of the fact, whatever columns the query gives",
        arguments: [
            (
                "select id, at from src.s where \(Havana.inSource)",
                "at: { type: timestamp, required: true }"
            ),
            // The column that places the rows is computed.
            (
                "select id, at from src.s where \(Havana.inSource)",
                """
                raw: { type: timestamp, from: at }
                      at: { type: timestamp, required: true, expression: "coalesce(raw, raw)" }
                """
            ),
            // It is a day, and one that the source's server makes.
            (
                "select id, at::date as day from src.s where \(Havana.inSource)",
                "at: { type: date, required: true, from: day }"
            ),
            (
                "select id, at from src.s where \(Havana.inSource)",
                #"at: { type: date, required: true, format: "yyyy-MM-dd HH" }"#
            ),
            // Days that are reckoned with, and a condition on a day beside it.
            (
                "select id, at from src.s where \(Havana.inSource) and at::date between :period_start and :period_end - 1",
                "at: { type: timestamp, required: true }"
            ),
            (
                "select id, at from src.s where at >= :period_start::timestamptz and at < cast(:period_end as timestamptz)",
                "at: { type: timestamp, required: true }"
            ),
            (
                "select id, at from src.s where tstzrange(:period_start, :period_end) @> at",
                "at: { type: timestamp, required: true }"
            ),
        ]
    )
    func queries(query: String, columns: String) async throws {
        let havana = try await Havana()
        let definition = try Havana.definition(
            query: query,
            columns: columns
        )
        #expect(try await havana.load(definition).failures == [])
        #expect(try await havana.dock.rows(Havana.byPeriod("fact_s")) == Havana.november)
    }

    @Test("are those of a local time, by the rules that its column is read by")
    func localTimes() async throws {
        let havana = try await Havana()
        try await havana.dock.connection.script(
            """
            insert into src.s (id, shown) values (21, '2024-03-09 23:59:59'), (22, '2024-03-10 00:00'),
                (23, '2024-03-10 00:59:59'), (24, '2024-03-10 01:00')
            """
        )
        let condition = "id > 20 and shown >= :period_start and shown < :period_end"
        for (rule, days) in [
            ("earlier", ["2024-03-09|21,22,23", "2024-03-10|24"]),
            ("later", ["2024-03-09|21", "2024-03-10|22,23,24"]),
        ] {
            let definition = try Havana.definition(
                query: "select id, shown from src.s where \(condition)",
                columns:
                    "at: { type: timestamp, from: shown, dst: { gap: \(rule) }, required: true }",
                total: "select count(*) from src.s where \(condition)"
            )
            let load = try await havana.load(definition, "2024-03-09..2024-03-10")
            #expect(load.failures == [], "\(rule)")
            #expect(try await havana.dock.rows(Havana.byPeriod("fact_s")) == days, "\(rule)")
        }
    }

    @Test("are those of marts and their tests, and a day is compared with days")
    func marts() async throws {
        let havana = try await Havana()
        let missing = """
            select id from fact_s where at >= :period_start and at < :period_end
            except select id from fact_s where period = :period_start
            union all
            (select id from fact_s where period = :period_start
            except select id from fact_s where at >= :period_start and at < :period_end)
            """
        let definition = try Havana.definition(
            marts: [
                "by_instant": "select id from fact_s where \(Havana.inSource)",
                "by_day": "select id from fact_s where period = :period_start",
                "by_days":
                    "select id from fact_s where period between :period_start and :period_end - 1",
                "by_both": """
                select id, :period_start as day from fact_s
                where period >= :period_start and period < :period_end and \(Havana.inSource)
                """,
            ],
            tests: ", tests: [{ sql: missing.sql }]",
            files: ["missing.sql": missing]
        )
        #expect(try await havana.load(definition).failures == [])
        for mart in ["by_instant", "by_day", "by_days", "by_both"] {
            let rows = try await havana.dock.rows(Havana.byPeriod("mart_\(mart)"))
            #expect(rows == Havana.november, "\(mart)")
        }
        let type = "select distinct pg_typeof(day), day = period from z.mart_by_both"
        #expect(try await havana.dock.rows(type) == ["date|t"])
    }

    @Test("are those of a day whose midnight clocks skip")
    func gap() async throws {
        let havana = try await Havana()
        let definition = try Havana.definition(
            marts: ["by_instant": "select id from fact_s where \(Havana.inSource)"]
        )
        let load = try await havana.load(definition, "2024-03-09..2024-03-11")
        #expect(load.failures == [])
        let days = ["2024-03-09|11", "2024-03-10|12,13", "2024-03-11|14"]
        for table in ["fact_s", "mart_by_instant"] {
            #expect(try await havana.dock.rows(Havana.byPeriod(table)) == days)
        }
    }

    @Test("are those of the rows that an API is asked about")
    func each() async throws {
        func answer(_ id: Int) -> String { #"{"id":\#(id),"at":"2024-11-03T12:00:00Z"}"# }
        let api = try APIDouble(
            Dictionary(uniqueKeysWithValues: (1...5).map { ("/v1/\($0)", [answer($0)]) }),
            wantsToken: false
        )
        let havana = try await Havana()
        let definition = try Definition.text(
            """
            pipeline: z
            zone: America/Havana
            period: { grain: day, start: 2024-11-01 }
            sources:
              crm: { postgres: "${CRM_URL}" }
              api: { http: "\(api.url)/v1", private: true }
            dimensions:
              s:
                from: { source: crm, query: "select id::text, at from src.s where id < 10" }
                key: id
                columns: { id: { type: text, required: true }, at: { type: timestamp } }
            facts:
              t:
                from:
                  source: api
                  get: "{s.id}"
                  each: { s: "select id from dim_s where \(Havana.inSource) order by id" }
                  pages: { next: paging.next }
                  rows: data
                period: at
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  at: { type: timestamp, required: true, format: "yyyy-MM-dd'T'HH:mm:ssX" }
            """
        )
        #expect(try await havana.load(definition, "2024-11-03").failures == [])
        #expect(try await havana.dock.rows(Havana.byPeriod("fact_t")) == ["2024-11-03|2,3,4"])
    }

    @Test("are those of a published panel")
    func panels() async throws {
        let store = try S3Double()
        let havana = try await Havana([
            "LAKE_URL": store.url, "LAKE_KEY": S3Double.accessKey,
            "LAKE_SECRET": S3Double.secretKey, "LAKE_SESSION": S3Double.sessionToken,
        ])
        let definition = try Havana.definition(
            sources: """
                  lake:
                    s3: "s3://\(S3Double.bucket)/out"
                    region: eu-west-1
                    endpoint: "${LAKE_URL}"
                    private: true
                    credentials: { key: "${LAKE_KEY}", secret: "${LAKE_SECRET}", session: "${LAKE_SESSION}" }
                """,
            files: [
                "dashboards/z.yaml": """
                dashboard: z
                filters:
                  period: { type: days, default: { first: 2024-11-03, last: 2024-11-03 } }
                panels:
                  - table: Rows
                    sql: |
                      select id, :period_start::text as day from fact_s
                      where \(Havana.inSource) and period <= :period_end::date - 1 order by id
                    publish: { source: lake, object: "rows.{format}", format: csv }
                """
            ]
        )
        #expect(try await havana.load(definition).failures == [])
        let csv = String(decoding: store.objects["out/rows.csv"]?.bytes ?? [], as: UTF8.self)
        #expect(csv == "id,day\r\n2,2024-11-03\r\n3,2024-11-03\r\n4,2024-11-03\r\n")
    }
}
