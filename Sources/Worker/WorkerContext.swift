import Latches
import Logging
import Planning
import Synchronization

/// What the parts of one worker share.
final class WorkerContext: Sendable {
    let settings: WorkerSettings
    let ports: WorkerPorts
    let logger: Logger
    let gauges: Gauges
    init(settings: WorkerSettings, ports: WorkerPorts, logger: Logger) {
        self.settings = settings
        self.ports = ports
        self.logger = logger
        gauges = Gauges(slots: settings.slots)
    }

    /// Open when the worker takes no more tasks.
    let shutdown = Latch()
    /// Open when running attempts are to be cancelled.
    let graceOver = Latch()

    /// What orders and limits can end.
    let attempts = RunningAttempts()
    /// The attempt that ended the worker, because it does not come back.
    let abandoned = Mutex<WorkerError?>(nil)

    /// Begins the end of the worker because of an attempt that does not come back.
    ///
    /// The other slots have the grace period to finish; then the process is ended, because nothing else
    /// frees the slot, and what it had is delivered again.
    func abandon(slot: Int, task: LoadTaskID) {
        abandoned.withLock {
            if $0 == nil { $0 = .stuck(worker: settings.name, slot: slot, task: task) }
        }
        shutdown.open()
    }

    /// Why the worker must not go on, although it could.
    let refusal = Mutex<NewerLedger?>(nil)

    /// Begins the end of the worker, because the ledger is not for its program: it takes nothing more, and
    /// what runs has its ledger's lock and may finish.
    func end(because error: NewerLedger) {
        refusal.withLock { $0 = error }
        shutdown.open()
    }

    /// Gives a delivery back, so that another worker takes it at once.
    ///
    /// The broker counts that as it counts a death, and two of them are taken for one. So what comes back
    /// for the second time is published anew instead, with a count that begins again, at the end of its
    /// queue.
    func giveBack(_ delivery: TaskDelivery) async {
        guard delivery.redeliveries > 0 else {
            return await ports.receiver.giveBack(delivery.receipt)
        }
        do {
            try await ports.publisher.publish([delivery.message])
            await ports.receiver.acknowledge(delivery.receipt)
        } catch {
            await ports.receiver.giveBack(delivery.receipt)
        }
    }

    /// Sleeps; `false` when the sleeper was cancelled.
    func sleep(for duration: Duration) async -> Bool {
        do {
            try await ports.clock.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }

    /// Sleeps until `duration` is over or the worker shuts down.
    func pause(for duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.sleep(for: duration) }
            group.addTask { await self.shutdown.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
