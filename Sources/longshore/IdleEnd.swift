import Planning
import ServiceLifecycle
import Worker

/// Returns when a worker has had nothing to do for a while, which ends the process.
struct IdleEnd: Service {
    let worker: Worker
    let patience: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seen = worker.metrics
            var since = ContinuousClock.now
            while since.duration(to: .now) < patience {
                guard (try? await Task.sleep(for: min(patience / 4, .seconds(1)))) != nil else {
                    return
                }
                let metrics = worker.metrics
                if metrics.busySlots > 0 || metrics.results != seen.results { since = .now }
                seen = metrics
            }
        }
    }
}
