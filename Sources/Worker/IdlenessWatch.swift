import Logging
import Planning

/// Notices a worker with a free slot that gets nothing although its queues have messages, and connects it
/// anew.
///
/// A broker can lose a consumer without telling: the connection lives, heartbeats pass, and nothing
/// comes. Other workers may empty the queue in the same moment, so only what is seen twice counts. What
/// runs goes on; its message is delivered again, and meets the lock of the task's row.
struct IdlenessWatch {
    private let context: WorkerContext
    private var lastBegun = -1
    private var isSuspicious = false

    init(_ context: WorkerContext) {
        self.context = context
    }

    /// Looks until the worker shuts down.
    mutating func run() async {
        while await context.sleep(for: context.settings.idleCheck), !context.shutdown.isOpen {
            await look()
        }
    }

    /// Whether a message that waits in any of the queues could come.
    private var canTake: Bool {
        let gauges = context.gauges
        return gauges.hasFreeSlot
            && (context.ports.receiver.hasOnePool || gauges.metrics.busySlots == 0)
    }

    private mutating func look() async {
        let begun = context.gauges.begun
        defer { lastBegun = begun }
        guard canTake, begun == lastBegun, let waiting = await context.ports.receiver.backlog(),
            waiting > 0
        else {
            isSuspicious = false
            return
        }
        guard isSuspicious else {
            isSuspicious = true
            return
        }
        isSuspicious = false
        context.logger.error(
            "a slot is free and messages wait, but none comes; connecting anew",
            metadata: .init([.waiting: "\(waiting)"])
        )
        context.gauges.update { $0.stalls += 1 }
        await context.ports.receiver.reconnect()
    }
}
