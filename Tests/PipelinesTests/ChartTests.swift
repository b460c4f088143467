import Charts
import Pipelines
import Testing

@Suite("Charts in a definition")
struct ChartTests {
    private static let sql = "select city, day, reach, clicks from mart_reach"

    /// A pipeline with a bucket, a database, a dimension, an export, and the charts that are given.
    private static func bundle(_ charts: String, others: String = "") -> DefinitionBundle {
        let yaml = """
            pipeline: shop
            sources:
              drops: { files: data }
              lake: { s3: "s3://lake/out" }
              app: { postgres: "${APP_URL}" }
            dimensions:
              city:
                from: { source: drops, csv: cities.csv }
                key: code
                columns: { code: { type: text, required: true } }
            marts:
              reach: { sql: mart.sql }
            exports:
              rows: { sql: reach.sql, key: city, to: { source: app, table: reach }, after: last }
            charts:
              last: { sql: reach.sql, kind: bar, x: day, y: reach, to: { source: lake, object: last.svg } }
            \(charts)
            \(others)

            """
        let mart = "select code as city, 1 as day, 1 as reach, 1 as clicks from dim_city"
        return DefinitionBundle(
            files: ["pipeline.yaml": yaml, "reach.sql": sql, "mart.sql": mart]
        )
    }

    private static func charts(_ yaml: String, others: String = "") throws -> Pipeline {
        try Pipeline.parse(bundle: bundle(yaml, others: others))
    }

    /// `message [code]` of each problem.
    private static func found(_ charts: String) -> [String] {
        problems(bundle(charts))
            .compactMap { line in
                line.firstRange(of: "error: ").map { String(line[$0.upperBound...]) }
            }
    }

    @Test("are exports that say how their rows look")
    func read() throws {
        let pipeline = try Self.charts(
            """
              each:
                description: The reach of a city.
                sql: reach.sql
                key: city
                kind: cumulative_line
                x: day
                y: [reach, clicks]
                title: "Reach of {city} in ${unit}"
                numbers: money.short
                absent: zero
                format: [svg, png]
                to: { source: lake, object: "charts/{city}.{format}" }
                missing: delete
                after: rows
                wait: { for: 1 h }
                pool: heavy
            """,
            others: "parameters: { unit: { type: text, default: people } }"
        )
        let each = try #require(pipeline.export("each"))
        #expect(each.isChart && each.key == ["city"] && each.reads == ["reach"])
        #expect(each.deletesMissing && each.after == ["rows"] && each.pool == "heavy")
        #expect(each.patience == .seconds(3600))
        var plan = ChartPlan(.cumulativeLine, x: "day", y: ["reach", "clicks"])
        plan.title = "Reach of {city} in people"
        (plan.numbers, plan.absent, plan.formats) = (.shortMoney, .zero, [.svg, .png])
        #expect(
            each.target == .charts(source: "lake", name: "charts/{city}.{format}", plan)
        )
        #expect(each.columns.map(\.name) == ["city", "day", "reach", "clicks"])
        let last = try #require(pipeline.export("last"))
        #expect(last.isWhole && last.isChart && !last.deletesMissing)
        #expect(
            last.target
                == .charts(
                    source: "lake",
                    name: "last.svg",
                    ChartPlan(.bar, x: "day", y: ["reach"])
                )
        )
    }

    @Test("are delivered again when anything changes that is seen in them")
    func settings() {
        let plan = ChartPlan(.bar, x: "day", y: ["reach"])
        var changed: [ChartPlan] = [
            plan, ChartPlan(.line, x: "day", y: ["reach"]),
            ChartPlan(.bar, x: "week", y: ["reach"]),
            ChartPlan(.bar, x: "day", y: ["clicks"]),
            ChartPlan(.bar, x: "day", y: ["reach"], series: "city"),
        ]
        func change(_ work: (inout ChartPlan) -> Void) {
            var other = plan
            work(&other)
            changed.append(other)
        }
        change { $0.title = "Reach" }
        change { $0.numbers = .integer }
        change { $0.absent = .zero }
        change { $0.isSideways = true }
        change { $0.formats = [.png] }
        let settings = changed.map {
            ExportTarget.charts(source: "lake", name: "a.svg", $0).settings
        }
        #expect(Set(settings).count == changed.count)
        let moved = ExportTarget.charts(source: "lake", name: "b.svg", plan).settings
        #expect(!settings.contains(moved))
    }

    @Test(
        "each mistake is told",
        arguments: [
            (
                "x: day, y: reach, to: { source: app, object: a }",
                "`app` is a Postgres database, to which no `object` is delivered [source.kind]"
            ),
            (
                "x: day, y: reach, to: { source: laek, object: a }",
                "there is no source `laek`; did you mean `lake`? [name.unknown]"
            ),
            (
                "x: day, y: reach, to: { object: a }",
                "the target of a chart needs the key `source` [key.missing]"
            ),
            (
                "x: day, y: reach, to: { source: lake, object: ../a }",
                "`object` cannot be `../a`: it leaves its folder [value.malformed]"
            ),
            (
                "x: day, y: reach, key: city, to: { source: lake, object: a.svg }",
                "`a.svg` has not all of the `key` in it, so two charts could not be told from others "
                    + "[value.malformed]"
            ),
            (
                "x: day, y: reach, key: [city, code], to: { source: lake, object: \"{city}{format}{code}\" }",
                "nothing shows where the value of `{city}` ends and that of `{code}` begins, so two keys could "
                    + "share a name [value.malformed]"
            ),
            (
                "x: day, y: reach, format: [svg, png], to: { source: lake, object: a.svg }",
                "`a.svg` is the name of more than one object: `svg`, `png` [value.malformed]"
            ),
            (
                "x: day, y: reach, format: [svg, svg], to: { source: lake, object: \"a.{format}\" }",
                "`format` names a format twice [value.malformed]"
            ),
            (
                "x: day, y: reach, key: format, to: { source: lake, object: \"{format}.svg\" }",
                "`{format}` is the format of a picture, and `format` is a column of the `key` "
                    + "[value.malformed]"
            ),
            (
                "x: day, y: reach, title: \"Of {city}\", to: { source: lake, object: a.svg }",
                "`{city}` stands for nothing: all rows are one object [value.malformed]"
            ),
            (
                "x: day, y: reach, key: city, title: \"Of {ctiy}\", to: { source: lake, object: \"{city}\" }",
                "`{ctiy}` stands for nothing: it is no column of the `key`; did you mean `{city}`? "
                    + "[value.malformed]"
            ),
            (
                "x: day, y: [reach, clicks], series: city, to: { source: lake, object: a.svg }",
                "`series` stands beside several columns of `y`, each of which is a series already [key.conflict]"
            ),
            (
                "x: day, y: [reach, day], to: { source: lake, object: a.svg }",
                "`y` names the column `day`, and so does `x` [value.malformed]"
            ),
            (
                "x: city, y: reach, key: city, to: { source: lake, object: \"{city}.svg\" }",
                "`x` names the column `city`, and so does `key` [value.malformed]"
            ),
            (
                "x: day, y: reach, missing: delete, to: { source: lake, object: a.svg }",
                "`missing` stands where there is no `key`, and so one chart, which always is [key.conflict]"
            ),
            (
                "x: day, y: reach, after: lsat, to: { source: lake, object: a.svg }",
                "there is no export `lsat`; did you mean `last`? [name.unknown]"
            ),
            (
                "x: day, y: reach, after: wrong, to: { source: lake, object: a.svg }",
                "these exports need each other in a circle: `wrong` → `wrong` [table.cycle]"
            ),
        ]
    )
    func mistakes(_ chart: String, _ problem: String) {
        #expect(Self.found("  wrong: { sql: reach.sql, kind: bar, \(chart) }") == [problem])
    }

    @Test("have the format in their names, whatever stands beside it")
    func formats() {
        let names = ChartFormat.allCases.map {
            $0.name("{format}/{city}{format}\u{301}").filled(with: ["city": "{format}"])
        }
        #expect(names == ["svg/%7Bformat%7Dsvg\u{301}", "png/%7Bformat%7Dpng\u{301}"])
    }

    @Test("have `sideways` where they have bars only")
    func sideways() {
        let rest = "x: day, y: reach, sideways: true, to: { source: lake, object: a.svg }"
        #expect(Self.found("  a: { sql: reach.sql, kind: stacked_bar, \(rest) }") == [])
        #expect(
            Self.found("  a: { sql: reach.sql, kind: area, \(rest) }")
                == ["`sideways` stands beside a `kind` that has no bars [key.conflict]"]
        )
    }

    @Test("share their names with tables and exports")
    func names() {
        let rest =
            "sql: reach.sql, kind: bar, x: day, y: reach, to: { source: lake, object: a.svg }"
        #expect(
            Self.found("  rows: { \(rest) }")
                == ["the name `rows` is taken: there is an export of that name [name.taken]"]
        )
    }
}
