import Console
import InFlight
import Ledger
import Planning
import Synchronization
import Views

/// Looks once a second at what a foreground load waits for, and tells it: servers that refuse, tasks that
/// failed and are tried again, workers that are not there, tasks that nobody begins.
final class HoldUpWatch: Sendable {
    private let load: Int64
    private let ledger: LedgerDesks
    private let wiring: Wiring
    private let trouble: ServerTrouble
    private let hasOwnWorkers: Bool
    private let view: ProgressView?
    private let isStopping = Mutex(false)

    /// Seconds between two looks at whether something has begun: they count the load's tasks.
    private static let standstillInterval = 10

    /// Without a view it is told on standard error.
    init(
        load: Int64,
        ledger: LedgerDesks,
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
        var (absent, still, told): (String?, String?, String?) = (nil, nil, nil)
        for second in 1... {
            try await Task.sleep(for: .seconds(1))
            if let notice = await absenceNotice(&absence, ContinuousClock.now - began) {
                absent = notice.isEmpty ? nil : notice + Invocation.current.stack
            }
            if second.isMultiple(of: Self.standstillInterval), let report = await report() {
                still = report.standstill.map { $0 + Invocation.current.stack }
            }
            let wait = await refusal() ?? absent ?? still
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
        wiring.brokerAlarm.map { "RabbitMQ \(BrokerAlarm.words($0))" }
    }

    /// What a server refuses now, or else the sources that are awaited, or the newest failure of a task that is tried again.
    private func refusal() async -> String? {
        if let now = alarm ?? trouble.now { return now }
        if let notice = try? await ledger.tasks.absences(ofLoad: load)?.notice { return notice }
        return try? await ledger.tasks.newestRetry(ofLoad: load)?.words
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

    /// The load with what nobody begins of it; `nil` when the ledger does not say it.
    private func report() async -> LoadReport? {
        guard let report = try? await ledger.loads.report(ofLoad: load) else { return nil }
        var reports = [report]
        guard (try? await ledger.loads.addUnbegun(to: &reports)) != nil else { return nil }
        return reports.first
    }

    private func settledTasks() async throws -> Int {
        try await ledger.loads.report(ofLoad: load)?
            .tasks.filter(\.key.isFinal).values.reduce(0, +) ?? 0
    }
}
