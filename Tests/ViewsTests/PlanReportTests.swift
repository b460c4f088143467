import Pipelines
import Planning
import TestSupport
import Testing
import Views

@Suite("A plan for people")
struct PlanReportTests {
    private func report(uncovered: [String] = []) throws -> PlanReport {
        let pipeline = SamplePipelines.pipeline(
            dimensions: [SamplePipelines.dimension("customer")],
            facts: [SamplePipelines.fact("sale", references: ["customer"])]
        )
        let january = try #require(Period("2024-01", grain: .month))
        return PlanReport(
            try PlanGraph(pipeline, periods: [january]),
            uncovered: uncovered,
            command: "longshore load shop --plan",
            notes: ["changed: fact_stock: column qty is new"]
        )
    }

    @Test("a plan without a ledger is its tasks, and says that it has no hash")
    func tasks() throws {
        #expect(
            try report().lines.joined(separator: "\n") == """
                task  kind       table     period   needs
                   0  dimension  customer
                   1  fact       sale      2024-01  0
                2 tasks; nothing has been loaded
                changed: fact_stock: column qty is new
                the plan has no hash: no server is configured, so the ledger is not known
                """
        )
    }

    @Test("a plan with a hash says what it covers, what not, and how it is loaded")
    func hash() throws {
        var report = try report(uncovered: ["the rows that `crm` gives for `dim_customer`"])
        let fingerprint = PlanFingerprint([.init(.file, "drops/a.csv", "93 bytes")])
        report.fingerprint = fingerprint
        #expect(
            report.lines.suffix(3) == [
                "plan \(fingerprint.shortDigest): covers the definition, the periods, 1 file and the "
                    + "ledger's state",
                "not covered: the rows that `crm` gives for `dim_customer`",
                "load it with: longshore load shop --plan \(fingerprint.shortDigest)",
            ]
        )
    }
}
