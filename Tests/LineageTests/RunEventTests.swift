import Extraction
import Foundation
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@testable import Lineage

/// Events as they are written, by the specification and by what the definition says.
@Suite("Run events")
struct RunEventTests {
    private static let yaml = """
        pipeline: shop
        zone: America/Bogota
        period: { grain: month, start: 2024-01 }
        sources:
          drops: { files: data }
          lake: { s3: "s3://${BUCKET}/in", region: eu-west-1 }
          crm: { postgres: "postgres://reader:${CRM_PASSWORD}@crm.example/crm" }
          old: { mysql: "mysql://reader:${CRM_PASSWORD}@old.example:3307/shop" }
          app: { mongo: "mongodb://reader:${CRM_PASSWORD}@app.example/app" }
          api: { http: "https://api.example/v2", auth: { bearer: "${API_TOKEN}" } }
          lost: { files: "${LOST_DIR}" }
        dimensions:
          customer:
            from: { source: crm, query: "select customer_id, name from sales.customer" }
            key: customer_id
            columns:
              customer_id: { type: text, required: true }
              name: { type: text, clean: [trim] }
          store:
            from: { source: old, query: "select id from store" }
            key: id
            columns: { id: { type: text, required: true } }
          clerk:
            from: { source: app, collection: clerks }
            key: id
            columns: { id: { type: text, required: true } }
          offer:
            from: { source: api, get: offers, rows: data }
            key: id
            columns: { id: { type: text, required: true } }
          region:
            from: { source: lost, csv: regions.csv }
            key: id
            columns: { id: { type: text, required: true } }
        facts:
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_on
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              sold_on: { type: date, required: true }
              customer: { references: customer, from: customer_id }
              price: { type: "decimal(12,2)", required: true }
              tax: { type: "decimal(12,2)", expression: "price * 0.19" }
            expect: { rows: { min: 2 }, volume: { within: 50%, severity: warn } }
          visit:
            from: { source: lake, csv: "{period}/*.csv" }
            period: day
            grain: [id]
            columns:
              id: { type: text, required: true }
              day: { type: date, required: true }
        marts:
          turnover: { sql: marts/turnover.sql, per: period }
        exports:
          spend:
            sql: exports/spend.sql
            key: customer_key
            to: { source: crm, table: app.spend }
        """

    private func pipeline() throws -> Pipeline {
        let sql = "select customer_key, sum(price) as spend from fact_sale group by customer_key"
        return
            try Definition.text(
                Self.yaml,
                files: ["marts/turnover.sql": sql, "exports/spend.sql": sql]
            )
            .pipeline
    }

    private static let secrets = ["canary-crm-77aa", "canary-api-1b2c"]

    private func events() throws -> RunEvents {
        let values = [
            "BUCKET": "lake-7", "CRM_PASSWORD": Self.secrets[0], "API_TOKEN": Self.secrets[1],
        ]
        return RunEvents(
            namespace: "fleet-one",
            warehouse: try PostgresConfiguration(
                url: "postgres://loader:\(Self.secrets[0])@warehouse.example/other"
            ),
            environment: SourceEnvironment { values[$0] }
        )
    }

    private func load(
        _ kind: LoadKind = .load,
        periods: [String] = ["2024-01", "2024-02"]
    ) throws -> LineageLoad {
        LineageLoad(
            id: 7,
            pipeline: try pipeline(),
            folder: "/srv/./pipelines/shop",
            kind: kind,
            periods: periods.compactMap { Period($0, grain: .month) },
            warehouse: "wh",
            database: "dwh"
        )
    }

    private func event(
        _ kind: LineageEvent.Kind = .complete,
        _ task: LoadTaskKind? = .fact,
        _ name: String = "sale",
        of loadKind: LoadKind = .load,
        warnings: [String] = [],
        failure: LineageEvent.Failure? = nil
    ) throws -> EventSchema.Object {
        let isPeriodic = task == .fact || task == .mart
        let counts = RowCounts(read: 5, loaded: 3, rejected: 2)
        let event = LineageEvent(
            kind,
            at: "2024-02-01T05:00:00.123456Z",
            in: LineageRun(load: 7, ordinal: task == nil ? nil : 3, number: 2),
            of: try load(loadKind),
            task: task.map {
                LoadTask(
                    kind: $0,
                    name: name,
                    period: isPeriodic ? Period("2024-01", grain: .month) : nil,
                    pool: "default"
                )
            },
            parent: task == nil ? nil : LineageRun(load: 7, number: 1),
            result: kind == .complete && task != nil
                ? .init(counts: counts, files: 1, bytes: 80, warnings: warnings) : nil,
            failure: failure
        )
        let bytes = try events().json(of: event)
        let text = String(decoding: bytes, as: UTF8.self)
        for secret in Self.secrets { #expect(!text.contains(secret)) }
        #expect(!text.contains("reader") && !text.contains("\n"))
        return try EventSchema.read(bytes)
    }

    /// The member at a path of names and places.
    private func at(_ path: String, _ value: Any?) -> Any? {
        path.split(separator: "/")
            .reduce(value) { value, name in
                guard let place = Int(name) else {
                    return (value as? [String: Any])?[String(name)]
                }
                let list = value as? [Any] ?? []
                return list.indices.contains(place) ? list[place] : nil
            }
    }

    private func text(_ path: String, _ value: Any?) -> String? { at(path, value) as? String }

    private func names(_ key: String, _ event: EventSchema.Object) -> [String] {
        (event[key] as? [EventSchema.Object] ?? [])
            .map { "\($0["namespace"] ?? "") \($0["name"] ?? "")" }
    }

    // MARK: Runs and jobs

    @Test("a run has the same UUID whenever it is told, and another in another attempt")
    func runs() throws {
        let first = try event()
        #expect(text("run/runId", first) == text("run/runId", try event(.fail)))
        #expect(text("run/runId", first) != text("run/runId", try event(.complete, nil)))
        #expect(text("run/facets/parent/run/runId", first) != text("run/runId", first))
        #expect(text("run/facets/parent/job/name", first) == "shop")
        #expect(text("job/namespace", first) == "fleet-one")
        #expect(text("job/name", first) == "shop.fact_sale")
        #expect(text("job/facets/jobType/jobType", first) == "FACT")
        #expect(text("eventTime", first) == "2024-02-01T05:00:00.123456Z")
    }

    @Test("the period is that of the pipeline's clock, of a load from the first to the last")
    func nominalTime() throws {
        let facet = "run/facets/nominalTime/"
        let task = try event()
        #expect(text(facet + "nominalStartTime", task) == "2024-01-01T05:00:00Z")
        #expect(text(facet + "nominalEndTime", task) == "2024-02-01T05:00:00Z")
        let load = try event(.start, nil)
        #expect(text(facet + "nominalEndTime", load) == "2024-03-01T05:00:00Z")
        #expect(at(facet, try event(.start, .dimension, "customer")) == nil)
    }

    @Test(
        "a failure is told by message and code, and of an audit as an assertion that does not hold"
    )
    func failures() throws {
        let assertions = "outputs/0/facets/dataQualityAssertions/assertions"
        let failed = try event(
            .fail,
            failure: .init(code: "warehouse.row_count", message: "too few")
        )
        #expect(
            text("run/facets/errorMessage/message", failed) == "too few [warehouse.row_count]"
        )
        #expect(text(assertions + "/0/assertion", failed) == "row_count")
        #expect(at(assertions + "/0/success", failed) as? Bool == false)
        let other = try event(.fail, failure: .init(code: "source.missing", message: "no file"))
        #expect(at(assertions, other) == nil)
        #expect(at("outputs/0/outputFacets", other) == nil)
    }

    // MARK: Datasets

    @Test(
        "sources are named as everybody names them",
        arguments: [
            (LoadTaskKind.fact, "sale", "file /srv/pipelines/shop/data/sales_2024-01.csv"),
            (.fact, "visit", "s3://lake-7 in/2024-01/*.csv"),
            (.dimension, "customer", "postgres://crm.example:5432 crm.sales.customer"),
            (.dimension, "store", "mysql://old.example:3307 shop.store"),
            (.dimension, "clerk", "mongodb://app.example:27017 app.clerks"),
            (.dimension, "offer", "https://api.example /v2/offers"),
            (.dimension, "region", "fleet-one shop.lost"),
        ]
    )
    func sources(kind: LoadTaskKind, name: String, dataset: String) throws {
        let event = try event(.complete, kind, name)
        #expect(names("inputs", event).first == dataset)
        let output = "\(kind.table(name))"
        #expect(
            names("outputs", event) == ["postgres://warehouse.example:5432 dwh.shop.\(output)"]
        )
        #expect(at("inputs/0/inputFacets/inputStatistics/rowCount", event) as? Int == 5)
        #expect(at("outputs/0/outputFacets/outputStatistics/rowCount", event) as? Int == 3)
    }

    @Test(
        "a fact reads its dimensions, a mart its tables, a replay rejects; a delivery writes to its target"
    )
    func others() throws {
        let tables = "postgres://warehouse.example:5432 dwh.shop."
        #expect(try names("inputs", event()).last == tables + "dim_customer")
        let mart = try event(.complete, .mart, "turnover")
        #expect(names("inputs", mart) == [tables + "fact_sale"])
        #expect(names("outputs", mart) == [tables + "mart_turnover"])
        let delivery = try event(.complete, .delivery, "spend")
        #expect(names("inputs", delivery) == [tables + "fact_sale"])
        #expect(names("outputs", delivery) == ["postgres://crm.example:5432 crm.app.spend"])
        let replay = try event(.complete, .fact, "sale", of: .replay)
        #expect(
            names("inputs", replay).first
                == "postgres://warehouse.example:5432 dwh.longshore.reject"
        )
        #expect(text("job/name", replay) == "shop.replay.fact_sale")
    }

    @Test("columns have their types, and come from those that the definition names")
    func columns() throws {
        let event = try event()
        let fields = at("outputs/0/facets/schema/fields", event) as? [EventSchema.Object] ?? []
        #expect(
            fields.map { "\($0["name"] ?? "") \($0["type"] ?? "")" }.prefix(4) == [
                "period date", "customer_key bigint", "sale_id text", "sold_on date",
            ]
        )
        let lineage = "outputs/0/facets/columnLineage/fields/"
        func inputs(_ column: String) -> [String] {
            (at(lineage + column + "/inputFields", event) as? [EventSchema.Object] ?? [])
                .map { input in
                    let subtype = text("transformations/0/subtype", input) ?? ""
                    return "\(input["field"] ?? "") \(subtype)"
                }
        }
        #expect(inputs("sale_id") == ["sale_id IDENTITY"])
        #expect(inputs("price") == ["price TRANSFORMATION"])
        #expect(inputs("tax") == ["price TRANSFORMATION"])
        #expect(inputs("period") == ["sold_on TRANSFORMATION"])
        #expect(inputs("customer_key") == ["customer_key IDENTITY", "customer_id JOIN"])
        #expect(inputs("load_id") == [])
    }

    @Test("audits are assertions: those that hold, and each warning is one that does not")
    func audits() throws {
        func assertions(_ warnings: [String]) throws -> [String] {
            let event = try event(warnings: warnings)
            let list = at("outputs/0/facets/dataQualityAssertions/assertions", event)
            return (list as? [EventSchema.Object] ?? [])
                .map { assertion in
                    let isTrue = assertion["success"] as? Bool ?? false
                    return
                        "\(assertion["assertion"] ?? "") \(assertion["severity"] ?? "") \(isTrue)"
                }
        }
        #expect(
            try assertions([]) == [
                "row_count error true", "reject_share warn true", "volume warn true",
            ]
        )
        #expect(try assertions(["few"]) == ["row_count error true", "expectation warn false"])
    }
}
