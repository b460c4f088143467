import Latches
import Logging
import Planning

/// One try of a slot at a load task, with what goes on beside it: the lease, progress, time limits,
/// orders of people, and the end of the grace period.
struct WatchedAttempt: Sendable {
    let task: LoadTaskID
    let slot: Int
    /// The owner of the lease, or `nil` when none was taken.
    let leaseOwner: String?
    let loader: any TaskLoader
    let executor: (any TaskExecutor)?
    let context: WorkerContext
    let logger: Logger

    private enum Event: Sendable {
        case performed(TaskOutcome)
        case sideWorkEnded
    }

    /// Performs the task; its own cancellation, or a recall, interrupts it.
    ///
    /// - Returns: How it ended, and why this worker interrupted it, when it did.
    func run() async -> (TaskOutcome, Interruption?) {
        let monitor = AttemptMonitor(context.ports.observer, limits: context.settings.limits)
        let recall = Recall()
        context.attempts.begin(task, slot: slot, recall: recall)
        defer { context.attempts.end(slot: slot) }
        let outcome = await withTaskGroup(of: Event.self) { group in
            group.addTask { await .performed(performUntil(recall, monitor)) }
            for work in sideWork(recall, monitor) {
                group.addTask {
                    await work()
                    return .sideWorkEnded
                }
            }
            defer { group.cancelAll() }
            while let event = await group.next() {
                if case .performed(let outcome) = event { return outcome }
            }
            return TaskOutcome.cancelled
        }
        note(outcome, monitor.measure())
        await send(monitor)
        return (outcome, recall.reason ?? (Task.isCancelled ? .shutdown : nil))
    }

    private func note(_ outcome: TaskOutcome, _ measure: AttemptMeasure) {
        context.gauges.measure { $0.add(measure, outcome) }
        if case .loaded(let counts) = outcome {
            context.gauges.update { $0.rowsRead += counts.read }
        }
    }

    /// Performs the task, and cancels it when it is recalled; then it is waited for all the same.
    private func performUntil(_ recall: Recall, _ monitor: AttemptMonitor) async -> TaskOutcome {
        await withTaskGroup(of: TaskOutcome?.self) { group in
            group.addTask { await perform(monitor) }
            group.addTask {
                _ = await recall.wait()
                return nil
            }
            while let end = await group.next() {
                group.cancelAll()
                if let end { return end }
            }
            return .cancelled
        }
    }

    private func perform(_ monitor: AttemptMonitor) async -> TaskOutcome {
        await withTaskExecutorPreference(executor) {
            await loader.perform(
                task,
                by: context.settings.name,
                observer: monitor
            )
        }
    }

    // MARK: Beside it

    private func sideWork(
        _ recall: Recall,
        _ monitor: AttemptMonitor
    ) -> [@Sendable () async -> Void] {
        let limits = LimitWatch(task: task, monitor: monitor, recall: recall, context: context)
        return [
            { await keepLease() }, { await report(monitor) }, { await limits.run() },
            { await waitForEndOfGrace(recall) }, { await watchReturn(recall) },
            { await beginMeasures(monitor) },
        ]
    }

    /// Renews the lease until it is lost.
    ///
    /// A lost lease stops nothing: the ledger decides which of two attempts counts.
    private func keepLease() async {
        guard let leaseOwner else { return }
        while await context.sleep(for: context.settings.leaseRenewal) {
            guard await context.ports.inFlight.renew(task, owner: leaseOwner) else {
                if !Task.isCancelled { logger.warning("lease lost; the ledger decides") }
                break
            }
        }
    }

    private func report(_ monitor: AttemptMonitor) async {
        while await context.sleep(for: context.settings.progress) {
            await send(monitor, of: monitor.expected)
        }
    }

    /// Tells what was read since it was last told; of what runs on, also what it will read.
    private func send(_ monitor: AttemptMonitor, of inputs: ExpectedInputs? = nil) async {
        let (rows, bytes, newBytes) = monitor.take()
        guard rows != 0 || bytes != 0 || inputs != nil else { return }
        context.gauges.measure { $0.bytesRead += newBytes }
        await context.ports.inFlight.report(task, rows: rows, bytes: bytes, of: inputs)
    }

    /// What is measured of the table begins while it is loaded, at zero, for collectors that look meanwhile.
    private func beginMeasures(_ monitor: AttemptMonitor) async {
        await monitor.limitsKnown.wait()
        guard let subject = monitor.subject else { return }
        context.gauges.measure { $0.begin(subject) }
    }

    private func waitForEndOfGrace(_ recall: Recall) async {
        await context.graceOver.wait()
        if context.graceOver.isOpen { recall.demand(.shutdown) }
    }

    /// Notices work that goes on although it was recalled: first as a gauge, then, when it seems that it
    /// never comes back, as the end of the worker.
    private func watchReturn(_ recall: Recall) async {
        guard await recall.wait() else { return }
        context.gauges.update { $0.stuckSlots += 1 }
        defer { context.gauges.update { $0.stuckSlots -= 1 } }
        guard await context.sleep(for: context.settings.patience) else { return }
        logger.critical("the attempt ignores its cancellation; the worker ends")
        context.gauges.update { $0.abandonedSlots += 1 }
        context.abandon(slot: slot, task: task)
        // The gauge stays until the attempt returns, if ever.
        await Latch().wait()
    }
}
