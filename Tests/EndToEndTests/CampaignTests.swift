import Foundation
import TestSupport
import Testing

/// The example that reads from MongoDB and an API and writes back, beside an independent computation of its documents:
/// `Oracle/campaigns.py`.
@Suite("The example campaigns", .serialized)
struct CampaignTests {
    private let harbour: Harbour
    private let program: Program
    private let standIns: [StandIn]

    init() async throws {
        let harbour = try await Harbour.open()
        let sample = "--campaigns 10 --canvases 60 --days 6 --bad 5%".components(separatedBy: " ")
        try await harbour.generate("campaigns", sample)
        let files = FileManager.default
        for folder in ["store", "pictures/agency"] {
            try files.createDirectory(
                atPath: "\(harbour.data)/\(folder)",
                withIntermediateDirectories: true
            )
        }
        try files.copyItem(atPath: harbour.data + "/app", toPath: harbour.data + "/store/app")
        standIns = try await StandIn.serve([
            "document_store.py": harbour.data + "/store", "ads_api.py": harbour.data + "/ads",
            "object_store.py": harbour.data + "/pictures",
        ])
        program = standIns.reduce(harbour.program) { $0.with($1.variables) }
        self.harbour = harbour
    }

    private func load(_ periods: String, _ more: [String] = []) throws -> RunningProgram {
        let load = ["load", Harbour.pipeline("campaigns"), "--periods", periods]
        return try program.start(load + more)
    }

    /// Compares the application's documents with what is to be there.
    private func expectDocuments() async throws {
        let expected = try await harbour.oracle("campaigns.py", "expected")
        let found = try await harbour.oracle("campaigns.py", "found")
        #expect(found.count == expected.count && expected.count > 60)
        #expect(Set(found).subtracting(expected).sorted().prefix(5) == [])
        #expect(Set(expected).subtracting(found).sorted().prefix(5) == [])
    }

    /// Compares the names of the charts with what is to be there.
    private func expectPictures() async throws {
        let shown = try await harbour.ask(
            """
            select distinct 'spend/' || campaign_id || '.svg'
            from campaigns.fact_insight join campaigns.dim_campaign using (campaign_key)
            """
        )
        let found = try FileManager.default
            .subpathsOfDirectory(atPath: harbour.data + "/pictures/agency/charts")
        let names = found.filter { $0.hasSuffix(".svg") || $0.hasSuffix(".png") }
        #expect(Set(names) == Set(shown + ["results.svg", "results.png"]) && !shown.isEmpty)
    }

    @Test(
        "throttled by its API, and killed while it loads, behind a commit and while it delivers, it ends with exactly the documents that are to be there"
    )
    func disturbed() async throws {
        defer { for standIn in standIns { standIn.end() } }
        // Each worker is alone until it dies: while it loads days, after a commit, while it delivers.
        var worker = try program.with(["FAULT_AT": "copying:5:kill"])
            .start(["worker", "--slots", "1"])
        let load = try load("2024-01-01..2024-01-06")
        for fault in ["committed:4:kill", "copying:25:kill", ""] {
            let died = try await worker.finish()
            #expect(died.exitCode == -1, "\(died.errors)")
            if fault.isEmpty {
                // The last one has died in a delivery.
                let states =
                    "select bool_or(state = 'delivered') and bool_or(state = 'open') from longshore.effect"
                #expect(try await harbour.ask(states) == ["t"])
            }
            worker = try program.with(fault.isEmpty ? [:] : ["FAULT_AT": fault])
                .start(["worker", "--slots", "1"])
        }
        let end = try await load.finish()
        #expect(end.exitCode == 0, "\(end.output)\(end.errors)")
        worker.signal(SIGTERM)
        #expect(try await worker.finish().exitCode == 0)
        try await expectDocuments()
        let rejects = try await harbour.oracle("campaigns.py", "rejects")
        let found = try await harbour.ask(
            "select line, rule, column_name from longshore.reject where table_name = 'dim_canvas' order by line"
        )
        #expect(found == rejects && !rejects.isEmpty)
        let order = try await harbour.ask(
            """
            select max(delivered_at) filter (where export in ('spend', 'results'))
                <= min(delivered_at) filter (where export = 'expenditures'),
                max(delivered_at) filter (where export = 'expenditures')
                <= min(delivered_at) filter (where export = 'canvases')
            from longshore.effect
            """
        )
        #expect(order == ["t|t"])
        try await expectPictures()

        // Figures of the last days change, as they do.
        _ = try await harbour.oracle("campaigns.py", "change")
        let again = try await self.load("2024-01-04..2024-01-06", ["--workers", "2"]).finish()
        #expect(again.exitCode == 0, "\(again.output)\(again.errors)")
        try await expectDocuments()
    }

    @Test("what has not changed is not written again, and a campaign that pauses keeps its figures")
    func paused() async throws {
        defer { for standIn in standIns { standIn.end() } }
        let first = try await load("2024-01-01..2024-01-02", ["--workers", "2"]).finish()
        #expect(first.exitCode == 0, "\(first.output)\(first.errors)")
        let before = try await harbour.oracle("campaigns.py", "found")
        let revisions = "select key, revision from longshore.effect order by export, key"
        let written = try await harbour.ask(revisions)
        let place = harbour.data + "/store/app/campaigns.jsonl"
        let documents = try String(contentsOfFile: place, encoding: .utf8)
        let paused = documents.replacing("\"ACTIVE\"", with: "\"PAUSED\"", maxReplacements: 1)
        try paused.write(toFile: place, atomically: true, encoding: .utf8)
        let second = try await load("2024-01-01..2024-01-02", ["--workers", "2"]).finish()
        #expect(second.exitCode == 0, "\(second.output)\(second.errors)")
        #expect(try await harbour.oracle("campaigns.py", "found") == before)
        #expect(try await harbour.ask(revisions) == written)
        let expired = try await harbour.ask(
            "select count(*) from campaigns.dim_campaign where expired_at is not null"
        )
        #expect(expired == ["1"])
    }
}
