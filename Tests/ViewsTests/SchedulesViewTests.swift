import Console
import Planning
import Schedules
import Testing
import Views

@testable import Ledger

@Suite("Schedules for people")
struct SchedulesViewTests {
    private let report = ScheduleReport(
        pipeline: "shop",
        cron: "0 2 * * *",
        zone: "America/Bogota",
        periods: "due",
        overlap: .skip,
        catchUp: .last,
        deadline: "06:00",
        next: "2026-11-30T07:00:00Z",
        last: "2026-11-29T07:00:00Z",
        lastState: .nothingDue,
        fleet: "longshore"
    )

    private func lines(_ reports: [ScheduleReport]) -> [String] {
        SchedulesView(reports, Invocation(["longshore"])).lines
    }

    @Test("a table tells how each stands, and why one is paused")
    func table() {
        var (overdue, paused) = (report, report)
        overdue.overdueSince = "2026-11-29T11:00:00Z"
        (overdue.lastState, overdue.lastLoad) = (.loaded, 7)
        (paused.pausedBy, paused.pauseReason, paused.next) = ("ana", "it moves", nil)
        #expect(
            lines([report, overdue, paused]) == [
                "pipeline  cron       zone            state                              next (UTC)           last (UTC)           came to      load",
                "shop      0 2 * * *  America/Bogota  active                             2026-11-30 07:00:00  2026-11-29 07:00:00  nothing due",
                "shop      0 2 * * *  America/Bogota  overdue since 2026-11-29 11:00:00  2026-11-30 07:00:00  2026-11-29 07:00:00  loaded          7",
                "shop      0 2 * * *  America/Bogota  paused                                                  2026-11-29 07:00:00  nothing due",
                "shop was paused by ana: it moves",
            ]
        )
    }

    @Test("firings are told with their reasons")
    func firings() {
        let firing = FiringReport(
            firing: 3,
            planned: "2026-11-29T07:00:00Z",
            state: .refused,
            reason: "the period `2024-01` is closed",
            coordinator: "quay-0",
            fired: "2026-11-29T07:00:02Z"
        )
        #expect(
            FiringsView([firing], of: "shop").lines == [
                "firing  planned (UTC)        fired (UTC)          came to  load  load is  by",
                "     3  2026-11-29 07:00:00  2026-11-29 07:00:02  refused                 quay-0",
                "firing 3: the period `2024-01` is closed",
            ]
        )
        #expect(
            FiringsView([], of: "shop").lines == ["The schedule of shop was never fired."]
        )
    }

    @Test("a status says what is overdue")
    func overdue() {
        var status = FleetStatus(loads: [], coordinators: [])
        status.workers = []
        status.overdue = [
            OverdueFiring(
                pipeline: "shop",
                planned: "2026-11-29T07:00:00Z",
                deadline: "2026-11-29T11:00:00Z"
            ),
            OverdueFiring(
                pipeline: "store",
                planned: "2026-11-29T07:00:00Z",
                deadline: "2026-11-29T11:00:00Z",
                state: .loaded,
                load: 7
            ),
        ]
        let lines = StatusView(status, Invocation(["longshore"])).lines
        #expect(
            lines.filter { $0.hasPrefix("overdue") } == [
                "overdue: shop: the firing of 2026-11-29 07:00:00 was to be loaded by 2026-11-29 11:00:00 (UTC); no coordinator has fired it",
                "overdue: store: the firing of 2026-11-29 07:00:00 was to be loaded by 2026-11-29 11:00:00 (UTC); it is loaded, load 7",
            ]
        )
    }
}
