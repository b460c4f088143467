import Pipelines
import Testing

@testable import Warehouse

@Suite("Measures")
struct MeasureTests {
    @Test("what identifies something is no measure: its sum would say nothing")
    func identifiers() throws {
        let definition = try Definition.text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            dimensions:
              client:
                from: { source: drops, csv: clients.csv }
                key: number
                columns: { number: { type: integer, required: true } }
            facts:
              line:
                from: { source: drops, csv: lines.csv }
                grain: [line_number]
                columns:
                  line_number: { type: integer, required: true }
                  client: { references: client, from: client_no }
                  client_no: { type: integer }
                  order_id: { type: integer }
                  id: { type: integer }
                  receipt: { type: integer, unique: true }
                  pieces: { type: integer }
                  amount: { type: "decimal(12,2)" }
                  weight: { type: float }
                  note: { type: text }
            """
        )
        let pipeline = definition.pipeline
        let fact = try #require(pipeline.fact("line"))
        #expect(pipeline.measures(of: fact).map(\.name) == ["pieces", "amount", "weight"])
    }
}
