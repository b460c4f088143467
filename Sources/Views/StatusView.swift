public import Console
import Ledger
import Planning
import Words

/// A fleet's status for people.
public struct StatusView {
    private let status: FleetStatus
    private let invocation: Invocation

    /// A status, with commands as they were called.
    public init(_ status: FleetStatus, _ invocation: Invocation) {
        self.status = status
        self.invocation = invocation
    }

    /// All of it: loads, what hinders them and what they have left to read, overdue schedules, exports that are not delivered, servers, coordinators,
    /// workers.
    public var lines: [String] {
        loads + (status.readings ?? []).map(\.words) + status.overdue.map(\.line) + exports
            + status.problems.map { "\($0.server) \($0.problem)" } + coordinators + workers
    }

    private var loads: [String] {
        guard !status.loads.isEmpty else {
            return ["No load yet. Start one: \(invocation.command("load PIPELINE"))"]
        }
        return table.lines + status.loads.compactMap(\.hindrance).map { $0 + invocation.stack }
    }

    private var table: TextTable {
        var table = TextTable([
            ("load", .right), ("pipeline", .left), ("state", .left), ("periods", .left),
            ("tasks done", .right), ("failed", .right), ("created (UTC)", .left), ("time", .right),
        ])
        for load in status.loads {
            let total = load.tasks.values.reduce(0, +)
            let failed = load.tasks[.failed, default: 0] + load.tasks[.blocked, default: 0]
            table.add([
                String(load.load),
                load.kind == .load
                    ? load.pipeline : "\(load.pipeline) (\(load.kind.rawValue))",
                load.standing.description, load.periods ?? "",
                "\(load.tasks[.done, default: 0])/\(total)", String(failed),
                Wording.time(load.createdAt), DurationWords.measured(seconds: load.seconds),
            ])
        }
        return table
    }

    private var exports: [String] {
        let notices = (status.exports ?? []).compactMap(\.notice)
        return notices.isEmpty ? [] : ["Not delivered:"] + notices.map { "  \($0)" }
    }

    private var coordinators: [String] {
        guard !status.coordinators.isEmpty else { return [] }
        return ["Coordinators:"]
            + status.coordinators.map { coordinator in
                let name = name(coordinator.name, coordinator.version)
                let places = coordinator.places.map { " of \(counted($0, "place"))" } ?? ""
                let numbers = coordinator.loads.map(String.init).joined(separator: ", ")
                return "  \(name): \(counted(coordinator.loads.count, "load"))\(places)"
                    + (numbers.isEmpty ? "" : " (\(numbers))")
            }
    }

    /// A member of the fleet, with the version of its program where it is not this one's.
    private func name(_ name: String, _ version: String?) -> String {
        let shown = VisibleText.line(name)
        guard let version, version != ProgramVersion.current else { return shown }
        return "\(shown) (version \(VisibleText.line(version)))"
    }

    private var workers: [String] {
        guard let workers = status.workers else {
            return ["Workers are not known: Redis does not answer."]
        }
        guard !workers.isEmpty else { return ["No worker process is registered."] }
        return ["Workers:"]
            + workers.map { worker in
                let running = worker.running.map(\.description).joined(separator: " ")
                return "  \(name(worker.name, worker.version)): \(worker.running.count)/"
                    + "\(counted(worker.slots, "slot")) busy \(running)"
            }
    }
}
