import Console
import InFlight
import Ledger
import Planning
import Synchronization

/// Looks once a second at what a foreground load waits for, and tells it: servers that refuse, tasks that
/// failed and are tried again, workers that are not there.
final class HoldUpWatch: Sendable {
    private let load: Int64
    private let ledger: PostgresLedger
    private let wiring: Wiring
    private let trouble: ServerTrouble
    private let hasOwnWorkers: Bool
    private let view: ProgressView?
    private let isStopping = Mutex(false)

    /// Without a view it is told on standard error.
    init(
        load: Int64,
        ledger: PostgresLedger,
        wiring: Wiring,
        trouble: ServerTrouble,
        hasOwnWorkers: Bool,
        view: ProgressView?
    ) {
        self.load = load
        self.ledger = ledger
        self.wiring = wiring
        self.trouble = trouble
        self.hasOwnWorkers = hasOwnWorkers
        self.view = view
    }

    /// What a server refused last, in words; `nil` when none did.
    var lastTrouble: String? { alarm ?? trouble.last }

    /// Looks until it is cancelled.
    func run() async throws {
        var absence = WorkerAbsence()
        let began = ContinuousClock.now
        var (absent, told): (String?, String?) = (nil, nil)
        while true {
            try await Task.sleep(for: .seconds(1))
            if let notice = await absenceNotice(&absence, ContinuousClock.now - began) {
                absent = notice.isEmpty ? nil : notice + Invocation.current.stack
            }
            let wait = await refusal() ?? absent
            if wait != told, !isStopping.withLock(\.self) { await tell(wait) }
            told = wait
        }
    }

    /// Tells what happens because of a signal; what comes later is not told any more.
    func tellStop(_ text: String) async {
        isStopping.withLock { $0 = true }
        await tell(text)
    }

    private func tell(_ text: String?) async {
        if let view {
            await view.tell(wait: text)
        } else if let text {
            Output.note("(load \(load): \(text))")
        }
    }

    private var alarm: String? {
        wiring.brokerAlarm.map { "RabbitMQ \(FleetStatus.words(alarm: $0))" }
    }

    /// What a server refuses now, or else the sources that are awaited, or the newest failure of a task that is tried again.
    private func refusal() async -> String? {
        if let now = alarm ?? trouble.now { return now }
        if let notice = try? await ledger.absences(ofLoad: load)?.notice { return notice }
        return try? await ledger.newestRetry(ofLoad: load)?.words
    }

    /// As ``WorkerAbsence/notice(workers:settled:now:)`` has it.
    ///
    /// Who cannot ask does not know that there is none.
    private func absenceNotice(_ absence: inout WorkerAbsence, _ now: Duration) async -> String? {
        guard !hasOwnWorkers, let workers = try? await wiring.inFlight.knownWorkers().count else {
            return nil
        }
        guard let settled = workers == 0 ? try? await settledTasks() : 0 else { return nil }
        return absence.notice(workers: workers, settled: settled, now: now)
    }

    private func settledTasks() async throws -> Int {
        try await ledger.report(ofLoad: load)?
            .tasks.filter(\.key.isFinal).values.reduce(0, +) ?? 0
    }
}
