import Pipelines
import Planning
import Testing
import Views

@testable import Ledger

@Suite("Alerts for people")
struct AlertsViewTests {
    private func message(
        _ state: AlertMessageState,
        isOver: Bool = false,
        told: String? = nil,
        failure: String? = nil
    ) -> AlertMessageReport {
        AlertMessageReport(
            message: 3,
            target: "webhook at ${HOOK}",
            isOver: isOver,
            state: state,
            told: told,
            failure: failure
        )
    }

    private func alert(over: Bool = false, summary: String = "a column is gone") -> Alert {
        Alert(
            id: 7,
            rule: .loadFailed,
            pipeline: "shop",
            table: "shop.fact_sale",
            period: "2024-01",
            load: 5,
            code: "source.header",
            summary: summary,
            since: "2024-02-01T06:00:00Z",
            over: over ? "2024-02-01T07:00:00Z" : nil,
            overBecause: over ? "loaded by load 6" : nil
        )
    }

    @Test("a table tells what stands, and below it what is said and to whom")
    func table() {
        let report = AlertReport(
            alert: alert(over: true),
            messages: [
                message(.told, told: "2024-02-01T06:00:05Z"),
                message(.open, isOver: true, failure: "the status 503"),
            ]
        )
        #expect(
            AlertsView([report], all: true).lines == [
                "alert  rule         of                      load  since (UTC)          over (UTC)",
                "    7  load_failed  shop.fact_sale 2024-01     5  2024-02-01 06:00:00  2024-02-01 07:00:00",
                "7: a column is gone; over: loaded by load 6",
                "7: webhook at ${HOOK}: told it 2024-02-01 06:00:05",
                "7: webhook at ${HOOK}: not told that it is over yet: the status 503",
            ]
        )
    }

    @Test(
        "what an Alertmanager is told again is told when it was last, and what was given up is told"
    )
    func states() {
        let report = AlertReport(
            alert: alert(),
            messages: [message(.open, told: "2024-02-01T06:00:05Z"), message(.lost)]
        )
        #expect(
            AlertsView([report], all: false).lines.suffix(2) == [
                "7: webhook at ${HOOK}: told it, last 2024-02-01 06:00:05",
                "7: webhook at ${HOOK}: never told it",
            ]
        )
    }

    @Test("a message of others commands no terminal")
    func hostile() {
        let report = AlertReport(alert: alert(summary: "\u{1B}[31m\nx"), messages: [])
        let lines = AlertsView([report], all: false).lines
        #expect(lines.allSatisfy { !$0.unicodeScalars.contains("\u{1B}") && !$0.contains("\n") })
    }

    @Test("where there are none, that is said")
    func none() {
        #expect(AlertsView([], all: false).lines == ["No alert stands."])
        #expect(AlertsView([], all: true).lines == ["No alert is known."])
    }
}
