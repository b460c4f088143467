import Latches
import Logging
import Planning

/// Notices a worker with a free slot that gets nothing from a pool whose queue has messages, and connects
/// it anew.
///
/// A broker can lose a consumer without telling: the connection lives, heartbeats pass, and nothing
/// comes. Other workers may empty the queue in the same moment, so only what is seen twice counts. What
/// runs goes on; its message is delivered again, and meets the lock of the task's row.
struct IdlenessWatch {
    private let context: WorkerContext
    private var begun: [String: Int] = [:]
    private var suspects: Set<String> = []

    init(_ context: WorkerContext) {
        self.context = context
    }

    /// Looks until the worker shuts down.
    mutating func run() async {
        while await context.sleep(for: context.settings.idleCheck), !context.shutdown.isOpen {
            await look()
        }
    }

    private mutating func look() async {
        let waiting = await starvedPools()
        let starved = suspects.intersection(waiting.keys)
        guard !starved.isEmpty else {
            suspects = Set(waiting.keys)
            return
        }
        suspects = []
        context.logger.error(
            "a slot is free and messages wait, but none comes; connecting anew",
            metadata: .init([
                .pools: .string(starved.sorted().joined(separator: ", ")),
                .waiting: "\(starved.reduce(0) { $0 + waiting[$1, default: 0] })",
            ])
        )
        context.gauges.update { $0.stalls += 1 }
        await context.ports.receiver.reconnect()
    }

    /// How many messages wait in the pools from which one could come and none has since the last look.
    private mutating func starvedPools() async -> [String: Int] {
        let gauges = context.gauges
        let now = gauges.begun
        defer { begun = now }
        guard gauges.hasFreeSlot else { return [:] }
        let quiet = context.ports.receiver.shares.filter { pool, share in
            gauges.running(of: pool) < share && now[pool] == begun[pool]
        }
        guard !quiet.isEmpty, let waiting = await context.ports.receiver.backlog() else {
            return [:]
        }
        return waiting.filter { quiet[$0.key] != nil && $0.value > 0 }
    }
}
