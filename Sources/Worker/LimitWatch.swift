import Latches
import Pipelines
import Planning
import Words

/// Ends an attempt that takes too long, or whose source falls silent.
struct LimitWatch: Sendable {
    let task: LoadTaskID
    let monitor: AttemptMonitor
    let recall: Recall
    let context: WorkerContext

    /// How often within the idle limit the source is looked at.
    private static let looks = 4

    /// Watches until the attempt has to end, or the watching task is cancelled.
    func run() async {
        await monitor.limitsKnown.wait()
        await withTaskGroup(of: TaskFailure?.self) { group in
            group.addTask { await overTotal() }
            group.addTask { await overIdle() }
            while let failure = await group.next() {
                guard let failure else { continue }
                recall.demand(.limit(failure))
                group.cancelAll()
            }
        }
    }

    private func overTotal() async -> TaskFailure? {
        let total = monitor.limits.total
        let most = context.settings.consumerTimeout
        guard total < most else { return .limitTooLong(task, total, most: most) }
        guard await context.sleep(for: total) else { return nil }
        return .overTotal(task, total)
    }

    private func overIdle() async -> TaskFailure? {
        let idle = monitor.limits.idle
        var silent = 0
        var known: Int?
        while await context.sleep(for: idle / Self.looks) {
            let awaited = monitor.answersAwaited
            silent = awaited != nil && awaited == known ? silent + 1 : 0
            known = awaited
            if silent >= Self.looks { return .overIdle(task, idle) }
        }
        return nil
    }
}

extension TaskFailure {
    fileprivate static func overTotal(_ task: LoadTaskID, _ limit: Duration) -> TaskFailure {
        TaskFailure(
            code: "limit.total",
            message: "the attempt at the task `\(task)` took longer than its total limit of "
                + "`\(DurationWords.written(limit))` and was ended; make the source quicker, load less at a time, or "
                + "raise `limits: { total: … }` of the table",
            isRetryable: true
        )
    }

    fileprivate static func limitTooLong(
        _ task: LoadTaskID,
        _ limit: Duration,
        most: Duration
    ) -> TaskFailure {
        TaskFailure(
            code: "limit.too_long",
            message:
                "the task `\(task)` may take `\(DurationWords.written(limit))` by its definition, but the broker "
                + "takes a delivery back after `\(DurationWords.written(most))`: lower `limits: { total: … }`, or "
                + "raise `consumer_timeout` on the broker and LONGSHORE_CONSUMER_TIMEOUT with it",
            isRetryable: false
        )
    }

    fileprivate static func overIdle(_ task: LoadTaskID, _ limit: Duration) -> TaskFailure {
        TaskFailure(
            code: "limit.idle",
            message: "the source of the task `\(task)` gave no rows for its idle limit of "
                + "`\(DurationWords.written(limit))`, and the attempt was ended; look at the source, or raise "
                + "`limits: { idle: … }` of the table",
            isRetryable: true
        )
    }
}
