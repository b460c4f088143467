import Planning
import ServiceLifecycle
import Worker

/// Returns when a worker could have worked for a while and had nothing to do, which ends the process.
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
                let isIdle = metrics.busySlots == 0 && metrics.results == seen.results
                // Who cannot reach the broker does not know whether there is something to do.
                if !isIdle || !worker.wants.isEmpty { since = .now }
                seen = metrics
            }
        }
    }
}
