public import Console
public import Ledger
import Planning
import Words

/// Schedules for people.
public struct SchedulesView {
    private let schedules: [ScheduleReport]
    private let invocation: Invocation

    /// Schedules, with commands as they were called.
    public init(_ schedules: [ScheduleReport], _ invocation: Invocation) {
        self.schedules = schedules
        self.invocation = invocation
    }

    /// A table, and why some are paused.
    public var lines: [String] {
        guard !schedules.isEmpty else {
            return [
                "No pipeline has a schedule. Register one: \(invocation.command("schedules put FOLDER"))"
            ]
        }
        return table.lines + schedules.compactMap(pause)
    }

    /// What is said of one that was registered.
    public var registered: String {
        guard let schedule = schedules.first else { return "" }
        let next = schedule.next.map { "next \(Wording.time($0)) UTC" } ?? "paused"
        return "\(schedule.pipeline) is fired by `\(schedule.cron)` in \(schedule.zone): \(next)"
    }

    private var table: TextTable {
        var table = TextTable([
            ("pipeline", .left), ("cron", .left), ("zone", .left), ("state", .left),
            ("next (UTC)", .left), ("last (UTC)", .left), ("came to", .left), ("load", .right),
        ])
        for schedule in schedules {
            table.add([
                schedule.pipeline, schedule.cron, schedule.zone, state(of: schedule),
                Wording.time(schedule.next), Wording.time(schedule.last),
                schedule.lastState.map(\.words) ?? "", schedule.lastLoad.map(String.init) ?? "",
            ])
        }
        return table
    }

    private func state(of schedule: ScheduleReport) -> String {
        if schedule.pausedBy != nil { return "paused" }
        return schedule.overdueSince.map { "overdue since \(Wording.time($0))" } ?? "active"
    }

    private func pause(_ schedule: ScheduleReport) -> String? {
        guard let person = schedule.pausedBy else { return nil }
        let reason = schedule.pauseReason.map { ": \($0)" } ?? ""
        return VisibleText.line("\(schedule.pipeline) was paused by \(person)\(reason)")
    }
}

/// The firings of a schedule for people.
public struct FiringsView {
    private let firings: [FiringReport]
    private let pipeline: String

    /// Firings, newest first.
    public init(_ firings: [FiringReport], of pipeline: String) {
        self.firings = firings
        self.pipeline = pipeline
    }

    /// A table, and the reasons of those that have some.
    public var lines: [String] {
        guard !firings.isEmpty else { return ["The schedule of \(pipeline) was never fired."] }
        return table.lines + firings.compactMap(reason)
    }

    private var table: TextTable {
        var table = TextTable([
            ("firing", .right), ("planned (UTC)", .left), ("fired (UTC)", .left),
            ("came to", .left),
            ("load", .right), ("load is", .left), ("by", .left),
        ])
        for firing in firings {
            table.add([
                String(firing.firing), Wording.time(firing.planned), Wording.time(firing.fired),
                firing.state.words, firing.load.map(String.init) ?? "",
                firing.loadState?.rawValue ?? "", firing.requestedBy ?? firing.coordinator ?? "",
            ])
        }
        return table
    }

    private func reason(_ firing: FiringReport) -> String? {
        firing.reason.map { VisibleText.line("firing \(firing.firing): \($0)") }
    }
}

extension FiringState {
    /// It in words.
    fileprivate var words: String { rawValue.replacing("_", with: " ") }
}

extension OverdueFiring {
    /// A line for people.
    var line: String {
        let stands =
            state.map { "it is \($0.words)" + (load.map { ", load \($0)" } ?? "") }
            ?? "no coordinator has fired it"
        return VisibleText.line(
            "overdue: \(pipeline): the firing of \(Wording.time(planned)) was to be loaded by "
                + "\(Wording.time(deadline)) (UTC); \(stands)"
        )
    }
}
