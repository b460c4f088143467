import Pipelines
import Testing
import Words

@Suite("Time limits")
struct LimitsTests {
    private static func text(_ top: String, _ own: String = "") -> String {
        """
        pipeline: shop
        \(top)
        sources:
          drops: { files: data }
        dimensions:
          city:
            from: { source: drops, csv: cities.csv }
            key: code
            \(own)
            columns:
              code: { type: text, required: true }
          country:
            from: { source: drops, csv: countries.csv }
            key: code
            columns:
              code: { type: text, required: true }
        """
    }

    private func pipeline(_ text: String) throws -> Pipeline {
        try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": text]))
    }

    @Test("a table's own limits come before the pipeline's, each by itself")
    func own() throws {
        let pipeline = try pipeline(
            Self.text("limits: { idle: 90 s, total: 2 h }", "limits: { total: 5min }")
        )
        #expect(pipeline.limits(of: "city") == Limits(idle: .seconds(90), total: .seconds(300)))
        #expect(
            pipeline.limits(of: "country") == Limits(idle: .seconds(90), total: .seconds(7200))
        )
    }

    @Test("what is said nowhere is left open")
    func open() throws {
        #expect(try pipeline(Self.text("zone: UTC")).limits(of: "city") == Limits())
    }

    @Test(
        "what is no length of time is told at its place",
        arguments: ["5", "0 s", "5 days", "-1 h", "1.5 h", "9999999999999999999 h", "800 h"]
    )
    func malformed(value: String) {
        let bundle = DefinitionBundle(
            files: ["pipeline.yaml": Self.text("limits: { total: \"\(value)\" }")]
        )
        #expect(
            problems(bundle) == [
                "pipeline.yaml:2:18: error: `total` cannot be the text `\(value)` [value.malformed]"
            ]
        )
    }

    @Test(
        "lengths of time are written as they are read",
        arguments: ["30 s", "90 s", "5 min", "6 h", "90 min"]
    )
    func wording(text: String) throws {
        #expect(DurationWords.written(try #require(Limits.duration(text))) == text)
    }

    @Test("an extract says how long its source is awaited")
    func wait() throws {
        let text = Self.text("zone: UTC")
            .replacing("csv: cities.csv", with: "csv: cities.csv, wait: { for: 2 h }")
        let pipeline = try pipeline(text)
        guard case .extract(let city) = pipeline.dimension("city")?.content,
            case .extract(let country) = pipeline.dimension("country")?.content
        else {
            Issue.record("both read a source")
            return
        }
        #expect(city.patience == .seconds(7200))
        #expect(country.patience == nil)
    }

    @Test("a source may be awaited not at all")
    func noWait() throws {
        let text = Self.text("zone: UTC")
            .replacing("csv: cities.csv", with: "csv: cities.csv, wait: { for: 0 s }")
        guard case .extract(let city) = try pipeline(text).dimension("city")?.content else {
            Issue.record("it reads a source")
            return
        }
        #expect(city.patience == .zero)
    }

    @Test(
        "a wait that is none is told",
        arguments: ["wait: 2 h", "wait: {}", "wait: { for: soon }", "wait: { for: -1 s }"]
    )
    func wrongWait(_ wait: String) throws {
        let text = Self.text("zone: UTC")
            .replacing("csv: cities.csv", with: "csv: cities.csv, \(wait)")
        #expect(throws: DefinitionError.self) { try pipeline(text) }
    }
}
