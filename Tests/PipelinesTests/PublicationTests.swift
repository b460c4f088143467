import Foundation
import Pipelines
import Testing

@Suite("Panels that are published")
struct PublicationTests {
    private static let dashboard = """
        dashboard: shop
        filters:
          period: { type: months, default: last 12 months }
          city: { type: choice, of: "select code from dim_city order by 1" }
        panels:
          - bars: Reach by month
            sql: |
              select month, reach from fact_visit join dim_city using (city_key)
              where month >= :period_start and month < :period_end and (:city::text is null or code = :city)
            x: month
            y: { reach: Reach }
            publish: { source: lake, object: "board/reach.{format}", format: [csv, svg], pool: heavy, wait: { for: 1 h } }
          - big: Whole reach
            sql: select reach from fact_visit
            value: { reach: sum }
        """

    /// A pipeline with a bucket and a database, beside a dashboard.
    private static func bundle(_ dashboard: String = dashboard) -> DefinitionBundle {
        let yaml = """
            pipeline: shop
            sources:
              drops: { files: data }
              lake: { s3: "s3://lake/out" }
            dimensions:
              city:
                from: { source: drops, csv: cities.csv }
                key: code
                columns: { code: { type: text, required: true } }
            facts:
              visit:
                from: { source: drops, csv: visits.csv }
                grain: [visit]
                columns:
                  visit: { type: text, required: true }
                  month: { type: date }
                  reach: { type: integer }
                  city: { references: city, from: code }
            exports:
              shop_reach: { sql: reach.sql, mode: replace, to: { source: lake, object: reach.json } }

            """
        return DefinitionBundle(
            files: [
                "pipeline.yaml": yaml, "reach.sql": "select reach from fact_visit",
                "dashboards/shop.yaml": dashboard,
            ]
        )
    }

    /// `line:column: error: message [code]` of each problem, where a part of the dashboard is another one.
    private static func problems(_ old: String, _ new: String) -> [String] {
        precondition(dashboard.contains(old), "the file does not hold `\(old)`")
        return PipelinesTests.problems(bundle(dashboard.replacing(old, with: new)))
            .map { String($0.dropFirst("dashboards/shop.yaml:".count)) }
    }

    @Test("are exports of the pipeline, which read what their query reads")
    func exports() throws {
        let pipeline = try Pipeline.parse(bundle: Self.bundle())
        #expect(pipeline.exports.map(\.name) == ["shop_reach", "shop_reach_by_month"])
        let export = try #require(pipeline.export("shop_reach_by_month"))
        #expect(export.isWhole && export.isPanel && export.word == "published panel")
        #expect(export.reads == ["visit", "city"])
        #expect(export.pool == "heavy" && export.patience == .seconds(3600))
        guard case .panel("lake", "board/reach.{format}", let publication) = export.target else {
            Issue.record("\(export.target)")
            return
        }
        #expect(publication.dashboard == "shop" && publication.formats == [.csv, .svg])
        #expect(publication.panel.id == "reach-by-month")
        #expect(publication.filters.map(\.name) == ["period", "city"])
    }

    @Test("have the time that is shown in their query, and nothing else chosen")
    func span() throws {
        let pipeline = try Pipeline.parse(bundle: Self.bundle())
        let export = try #require(pipeline.export("shop_reach_by_month"))
        let (start, end) = try (#require(Day("2024-01-01")), #require(Day("2024-03-01")))
        #expect(
            export.showing(from: start, to: end).query
                .hasSuffix(
                    """
                    where month >= '2024-01-01' and month < '2024-03-01' and (null::text is null or code = null)
                    """
                )
        )
        let other = try #require(pipeline.export("shop_reach"))
        #expect(other.showing(from: start, to: end) == other)
    }

    @Test("make a file of a dashboard a part of the definition, and no other")
    func bundled() throws {
        let bundle = Self.bundle()
        #expect(try Definition(bundle: bundle).bundle.files.count == 3)
        let folder = NSTemporaryDirectory() + "longshore-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder + "/dashboards",
            withIntermediateDirectories: true
        )
        let others = [
            "dashboards/quiet.yaml": "dashboard: quiet\npanels: [{ text: a, sql: select 1 }]\n",
            "dashboards/broken.yaml": "dashboard: broken\n",
        ]
        for (path, text) in bundle.files.merging(others, uniquingKeysWith: { $1 }) {
            try text.write(toFile: "\(folder)/\(path)", atomically: true, encoding: .utf8)
        }
        let read = try DefinitionReader.read(folder: folder)
        #expect(
            read.bundle.files.keys.sorted() == [
                "dashboards/shop.yaml", "pipeline.yaml", "reach.sql",
            ]
        )
        #expect(read.pipeline.exports.map(\.name).last == "shop_reach_by_month")
        #expect(try Pipeline.parse(bundle: read.bundle) == read.pipeline)
    }

    @Test(
        "with a mistake are told with file, line and column",
        arguments: [
            (
                "source: lake", "source: lakes",
                "12:24: error: there is no source `lakes`; did you mean `lake`? [name.unknown]"
            ),
            (
                "source: lake", "source: drops",
                "12:24: error: `drops` is a folder of files, to which no `object` is delivered [source.kind]"
            ),
            (
                "reach.{format}", "reach",
                "12:38: error: `board/reach` has no `{format}` in it, so its files could not be told apart [value.malformed]"
            ),
            (
                "reach.{format}", "{city}.{format}",
                "12:38: error: `{city}` stands for nothing: all rows are one object [value.malformed]"
            ),
            (
                "[csv, svg]", "[csv, csv]",
                "12:70: error: `format` names a format twice [value.malformed]"
            ),
            (
                "bars: Reach by month", "bars: Reach",
                "12:5: error: the panel would be published as `shop_reach`, and something else is called so [name.taken]"
            ),
            (
                "value: { reach: sum }",
                "value: { reach: sum }\n    publish: { source: lake, object: a.png, format: png }",
                "16:53: error: the panel has no picture, so there is no `png` of it [value.malformed]"
            ),
        ]
    )
    func mistakes(_ old: String, _ new: String, _ problem: String) {
        #expect(Self.problems(old, new) == [problem])
    }

    @Test("stand in the JSON Schema of dashboards")
    func schema() {
        #expect(PipelineSchema.dashboardJSON().contains("\"publish\""))
    }
}
