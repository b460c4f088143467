import Pipelines
import Testing
import WarehouseTestSupport

@testable import Rehearsal

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

    @Test("whole numbers with the name of a code or of a part of a date are no measures")
    func names() throws {
        let definition = try Definition.text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            facts:
              sale:
                from: { source: drops, csv: sales.csv }
                grain: [receipt]
                columns:
                  receipt: { type: text, required: true }
                  customer_no: { type: integer }
                  zip: { type: integer }
                  postcode: { type: "decimal(12,0)" }
                  phone: { type: integer }
                  year: { type: integer }
                  ship_month: { type: integer }
                  order_line: { type: integer }
                  l_partkey: { type: integer }
                  days: { type: integer }
                  number_of_lines: { type: integer }
                  stamps: { type: "decimal(12,0)" }
                  sales_per_day: { type: "decimal(12,2)" }
                  paid: { type: integer }
            """
        )
        let pipeline = definition.pipeline
        let fact = try #require(pipeline.fact("sale"))
        #expect(
            pipeline.measures(of: fact).map(\.name) == [
                "days", "number_of_lines", "stamps", "sales_per_day", "paid",
            ]
        )
    }
}
