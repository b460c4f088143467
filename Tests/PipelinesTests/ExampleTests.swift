import Foundation
import Pipelines
import Rows
import Testing

/// Where the examples are.
let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../pipelines").standardized.path

@Suite("The examples")
struct ExampleTests {
    @Test("have no diagnostics", arguments: ["callcenter", "finance", "invoices", "sales"])
    func clean(name: String) throws {
        let definition = try DefinitionReader.read(folder: "\(examples)/\(name)")
        #expect(definition.warnings == [])
        #expect(definition.pipeline.name == name)
    }

    @Test("of the call centre has its star")
    func callcenter() throws {
        let pipeline = try DefinitionReader.read(folder: "\(examples)/callcenter").pipeline
        #expect(
            pipeline.dimensions.map(\.table) == [
                "dim_team", "dim_agent", "dim_client", "dim_campaign", "dim_outcome", "dim_date",
            ]
        )
        let call = try #require(pipeline.fact("call"))
        #expect(
            call.references.map { "\($0.column) \($0.missing)" } == [
                "day_key reject", "agent_key reject", "client_key infer", "campaign_key reject",
                "outcome_key reject",
            ]
        )
        #expect(pipeline.mart("agent_month")?.reads == ["call", "agent", "outcome", "team"])
        #expect(pipeline.mart("digital_adoption")?.reads == ["call", "client"])
        #expect(pipeline.marts.map(\.isPerPeriod) == [true, true])
    }

    @Test(
        "of the invoices lets its parameter decide whether an id is needed",
        arguments: [true, false]
    )
    func invoices(isRequired: Bool) throws {
        let definition = try DefinitionReader.read(
            folder: "\(examples)/invoices",
            parameters: ["require_invoice_id": "\(isRequired)"]
        )
        let invoice = try #require(definition.pipeline.fact("invoice"))
        #expect(invoice.attributes[0].plan.rules == (isRequired ? [.required] : []))
        #expect(invoice.periodColumn == nil)
        #expect(invoice.grain == ["invoice_id", "item"])
    }
}
