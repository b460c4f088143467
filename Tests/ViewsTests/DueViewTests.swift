import Console
import Pipelines
import Planning
import TestSupport
import Testing
import Views

@testable import Inquiry
@testable import Ledger

@Suite("What is due, in words")
struct DueViewTests {
    private func view(_ question: DueView.Question, _ due: Due = Due()) -> DueView {
        var pipeline = SamplePipelines.pipeline(facts: [SamplePipelines.fact("sale")])
        pipeline.name = "shop"
        pipeline.periods = Period("2024-01", grain: .month)
            .map { PeriodRule(grain: .month, first: $0, last: nil) }
        let call = ["longshore", "load", "shop", "--set", "a=1", "--stack", "/tmp/s"]
        return DueView(due, of: pipeline, question: question, Invocation(call))
    }

    private func awaiting() throws -> Due {
        var due = Due()
        due.awaited = [
            Due.Awaited(
                period: try #require(Period("2024-02", grain: .month)),
                table: "fact_sale",
                file: "sales_2024-02.csv"
            )
        ]
        return due
    }

    @Test("why there is nothing to load is said for what was asked")
    func nothing() throws {
        #expect(view(.stale).nothing == "No period of shop is stale.")
        #expect(view(.changed).nothing == "Nothing of shop has changed since it was loaded.")
        #expect(view(.due).nothing == "Nothing is due: every period of shop is loaded or closed.")
        #expect(
            try view(.due, awaiting()).nothing
                == "Nothing is due: every period of shop is loaded, closed or awaited."
        )
    }

    @Test("periods that wait for files are told to who asks for all that is due")
    func awaited() throws {
        let due = try awaiting()
        #expect(
            view(.due, due).notes(apartFrom: nil, command: "longshore load shop") == [
                "awaited: fact_sale 2024-02: no file matches `sales_2024-02.csv`"
            ]
        )
        #expect(view(.named, due).notes(apartFrom: nil, command: "longshore load shop") == [])
    }

    @Test("what has changed is told with the command that loads it, unless it is loaded now")
    func changed() {
        var due = Due()
        due.changes = [
            Due.Change(
                table: "fact_sale",
                period: "2024-01",
                reasons: ["column qty is new"],
                isDue: false
            )
        ]
        let note = "changed: fact_sale 2024-01: column qty is new"
        let command = "longshore load shop"
        #expect(
            view(.due, due).notes(apartFrom: nil, command: command) == [
                note,
                "load what has changed: longshore load shop --changed --set a=1 --stack /tmp/s",
            ]
        )
        #expect(view(.changed, due).notes(apartFrom: nil, command: command) == [note])
        #expect(view(.due, due).notes(apartFrom: ["2024-01"], command: command) == [])
    }

    @Test("a load that runs is named with the command that shows it")
    func hints() {
        let load = LoadReport(
            load: 7,
            pipeline: "shop",
            kind: .load,
            state: .running,
            periods: "2024-01",
            tasks: [:],
            requestedBy: "ana@quay",
            createdAt: "2024-02-01T02:00:00Z",
            seconds: 2
        )
        var coordinated = load
        coordinated.coordinator = "quay-0"
        var paused = load
        paused.pausedBy = Interventions.PausedBy(target: "7", person: "ana")
        #expect(
            view(.due).hints([coordinated, paused]) == [
                "load 7 is running: longshore status 7 --stack /tmp/s",
                "load 7 of shop is paused by ana; go on with: longshore resume 7 --stack /tmp/s",
            ]
        )
    }
}
