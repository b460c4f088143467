import Console
import Planning
import Testing
import Views

@testable import Ledger

@Suite("What a command that loads prints for machines")
struct LoadOutcomeTests {
    @Test("a load that was not written has every key, and says why with its exit code")
    func refused() throws {
        let outcome = LoadOutcome(
            .refused,
            pipeline: "shop",
            error: LoadOutcome.Problem(exitCode: 69, message: "Redis does not answer")
        )
        #expect(
            try Output.jsonText(of: outcome) == """
                {
                  "created_at" : null,
                  "error" : {
                    "exit_code" : 69,
                    "message" : "Redis does not answer"
                  },
                  "kind" : "load",
                  "load" : null,
                  "periods" : null,
                  "pipeline" : "shop",
                  "seconds" : null,
                  "state" : "refused",
                  "tasks" : [

                  ],
                  "totals" : {
                    "deduplicated" : 0,
                    "loaded" : 0,
                    "read" : 0,
                    "rejected" : 0,
                    "replaced" : 0
                  }
                }
                """
        )
    }

    private func task(_ ordinal: Int, _ counts: RowCounts?, replaced: Int?) -> TaskReport {
        TaskReport(
            ordinal: ordinal,
            kind: .fact,
            table: "fact_sale",
            period: "2024-0\(ordinal)",
            state: counts == nil ? .failed : .done,
            counts: counts,
            rejects: [:],
            replaced: replaced,
            seconds: nil,
            failures: 0,
            crashes: 0,
            warnings: []
        )
    }

    @Test("a load that the ledger knows has the sums of its tasks, those without counts left out")
    func totals() throws {
        let report = LoadReport(
            load: 7,
            pipeline: "shop",
            kind: .replay,
            state: .failed,
            periods: "2024-01..2024-03",
            tasks: [:],
            requestedBy: "ana@quay",
            createdAt: "2024-02-01T02:00:00Z",
            seconds: 2
        )
        let tasks = [
            task(1, RowCounts(read: 10, loaded: 7, rejected: 2, deduplicated: 1), replaced: 4),
            task(2, RowCounts(read: 5, loaded: 5, rejected: 0, deduplicated: 0), replaced: nil),
            task(3, nil, replaced: nil),
        ]
        let text = try Output.jsonText(of: LoadOutcome(report, tasks, .init(report.state)))
        #expect(
            text.hasPrefix(
                """
                {
                  "created_at" : "2024-02-01T02:00:00Z",
                  "error" : null,
                  "kind" : "replay",
                  "load" : 7,
                  "periods" : "2024-01..2024-03",
                  "pipeline" : "shop",
                  "seconds" : 2,
                  "state" : "failed",
                  "tasks" : [
                """
            ),
            "\(text)"
        )
        #expect(
            text.hasSuffix(
                """
                  "totals" : {
                    "deduplicated" : 1,
                    "loaded" : 12,
                    "read" : 15,
                    "rejected" : 2,
                    "replaced" : 4
                  }
                }
                """
            ),
            "\(text)"
        )
    }

    @Test("a load that ended has the state of its end")
    func states() {
        let states: [LoadState] = [.loaded, .superseded, .cancelled, .failed, .running]
        #expect(
            states.map { LoadOutcome.State($0).rawValue } == [
                "loaded", "superseded", "cancelled", "failed", "failed",
            ]
        )
    }
}
