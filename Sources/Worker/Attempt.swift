import Logging
import Planning
import Synchronization

/// One try of a slot at a load task, with what goes on beside it: the lease, progress, and the end of
/// the grace period.
struct Attempt: Sendable {
    let task: LoadTaskID
    /// The owner of the lease, or `nil` when none was taken.
    let leaseOwner: String?
    let loader: any TaskLoader
    let executor: (any TaskExecutor)?
    let context: WorkerContext
    let logger: Logger

    private enum Event: Sendable {
        case performed(TaskOutcome)
        case graceOver
        case sideWorkEnded
    }

    /// Performs the task; its own cancellation, or the end of the grace period, interrupts it.
    func run() async -> Ending {
        let progress = ProgressMeter()
        let ending = await withTaskGroup(of: Event.self) { group in
            group.addTask { await .performed(perform(progress)) }
            group.addTask { await keepLease() }
            group.addTask { await report(progress) }
            group.addTask { await waitForEndOfGrace() }
            return await end(of: &group)
        }
        await send(progress)
        return ending
    }

    private func end(of group: inout TaskGroup<Event>) async -> Ending {
        var wasInterrupted = false
        defer { if wasInterrupted { context.gauges.update { $0.stuckSlots -= 1 } } }
        while let event = await group.next() {
            switch event {
            case .performed(let outcome):
                note(outcome)
                group.cancelAll()
                return Ending(outcome, wasInterrupted: wasInterrupted || Task.isCancelled)
            case .graceOver where !wasInterrupted:
                wasInterrupted = true
                context.gauges.update { $0.stuckSlots += 1 }
                group.cancelAll()
            case .graceOver, .sideWorkEnded: break
            }
        }
        return .interrupted
    }

    private func note(_ outcome: TaskOutcome) {
        if case .loaded(let counts) = outcome {
            context.gauges.update { $0.rowsRead += counts.read }
        }
    }

    private func perform(_ progress: ProgressMeter) async -> TaskOutcome {
        await withTaskExecutorPreference(executor) {
            await loader.perform(
                task,
                by: context.settings.name,
                observer: context.ports.observer,
                progress: { rows, bytes in progress.add(rows: rows, bytes: bytes) }
            )
        }
    }

    /// Renews the lease until it is lost.
    ///
    /// A lost lease stops nothing: the ledger decides which of two attempts counts.
    private func keepLease() async -> Event {
        guard let leaseOwner else { return .sideWorkEnded }
        while await context.sleep(for: context.settings.leaseRenewal) {
            guard await context.ports.inFlight.renew(task, owner: leaseOwner) else {
                if !Task.isCancelled { logger.warning("lease lost; the ledger decides") }
                break
            }
        }
        return .sideWorkEnded
    }

    private func report(_ progress: ProgressMeter) async -> Event {
        while await context.sleep(for: context.settings.progress) { await send(progress) }
        return .sideWorkEnded
    }

    private func send(_ progress: ProgressMeter) async {
        let (rows, bytes) = progress.take()
        guard rows > 0 || bytes > 0 else { return }
        await context.ports.inFlight.report(task, rows: rows, bytes: bytes)
    }

    private func waitForEndOfGrace() async -> Event {
        await context.graceOver.wait()
        return context.graceOver.isOpen ? .graceOver : .sideWorkEnded
    }
}

/// Rows and bytes of an attempt since they were last taken.
private final class ProgressMeter: Sendable {
    private let sums = Mutex((rows: 0, bytes: 0))

    func add(rows: Int, bytes: Int) {
        sums.withLock { sums in
            sums.rows += rows
            sums.bytes += bytes
        }
    }

    func take() -> (rows: Int, bytes: Int) {
        sums.withLock { sums in
            defer { sums = (0, 0) }
            return sums
        }
    }
}
