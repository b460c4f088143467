import Ledger
import Pipelines
import Testing
import WarehouseTestSupport

@Suite("The parameters of the newest load")
struct NewestParametersTests {
    private static func definition(_ parameters: [String: String]) throws -> Definition {
        let yaml = """
            pipeline: shop
            parameters: { first: { type: date }, last: { type: date, default: 2024-12-31 } }
            dimensions: { day: { calendar: { from: "${first}", to: "${last}" } } }

            """
        return try Definition(
            bundle: DefinitionBundle(files: ["pipeline.yaml": yaml], parameters: parameters)
        )
    }

    @Test("are those that were given to it; before any load there are none")
    func newest() async throws {
        let dock = try await Dock()
        let desk = dock.ledger.pipelines
        let first = try Self.definition(["first": "2024-01-01"])
        try await dock.create(first)
        #expect(try await desk.newestParameters(ofPipeline: "shop") == ["first": "2024-01-01"])
        let second = ["first": "2023-01-01", "last": "2023-12-31"]
        try await dock.create(Self.definition(second))
        #expect(try await desk.newestParameters(ofPipeline: "shop") == second)
        #expect(try await desk.newestParameters(ofPipeline: "none") == [:])
    }
}
