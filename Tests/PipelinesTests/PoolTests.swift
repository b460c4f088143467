import Pipelines
import Testing

@Suite("The pool and the limit of a pipeline")
struct PoolTests {
    private static func bundle(_ top: String) -> DefinitionBundle {
        Shop.bundle(replacing: "pipeline: shop\n", with: "pipeline: shop\n\(top)\n")
    }

    @Test("tables that name no pool are in the pipeline's, calendars and marts, too")
    func pool() throws {
        let top = "pool: quick"
        let bundle = Shop.bundle(
            replacing: "sales: { sql: marts/sales.sql, per: period }",
            with: "sales: { sql: marts/sales.sql, per: period, pool: default }"
        )
        var files = bundle.files
        files["pipeline.yaml"]?.insert(contentsOf: "\(top)\n", at: "".startIndex)
        let pipeline = try Pipeline.parse(bundle: DefinitionBundle(files: files))
        #expect(pipeline.pools == ["default", "quick"])
        #expect(Set(pipeline.dimensions.map(\.pool) + pipeline.facts.map(\.pool)) == ["quick"])
        #expect(pipeline.marts.map(\.pool) == ["default"])
    }

    @Test("without one they are in `default`, and any number of tasks runs at once")
    func standard() throws {
        let pipeline = try Pipeline.parse(bundle: Shop.bundle())
        #expect(pipeline.pools == ["default"])
        #expect(pipeline.concurrency == nil)
    }

    @Test("a limit is a number of tasks")
    func limit() throws {
        #expect(try Pipeline.parse(bundle: Self.bundle("concurrency: 4")).concurrency == 4)
        let expected = "pipeline.yaml:2:14: error: `concurrency` cannot be"
        #expect(problems(Self.bundle("concurrency: 0")) == ["\(expected) `0` [value.range]"])
        #expect(problems(Self.bundle("concurrency: 1001")) == ["\(expected) `1001` [value.range]"])
        #expect(
            problems(Self.bundle("concurrency: many")) == ["\(expected) `many` [value.malformed]"]
        )
    }
}
