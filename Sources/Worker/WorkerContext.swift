import Logging
import Planning

/// What the parts of one worker share.
struct WorkerContext: Sendable {
    let settings: WorkerSettings
    let ports: WorkerPorts
    let logger: Logger
    let gauges: Gauges
    /// Open when the worker takes no more tasks.
    let shutdown = Latch()
    /// Open when running attempts are to be cancelled.
    let graceOver = Latch()

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
            group.addTask { _ = await sleep(for: duration) }
            group.addTask { await shutdown.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
