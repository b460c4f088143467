import Planning
import TestSupport

/// A bug planted in the fleet, to see whether the simulation would find it.
enum Mutant: CaseIterable {
    /// Workers acknowledge a message before its task is committed.
    case acknowledgesBeforeCommit
    /// Attempts do not look at what the ledger says of their task.
    case hasNoFence
    /// Workers believe a mark in Redis that says "done".
    case trustsCache
    /// Attempts begin although they are not due.
    case ignoresRetryTime
    /// Coordinators take the loads of other fleets.
    case mixesFleets

    /// What the simulation says of it.
    var symptom: String {
        switch self {
        case .acknowledgesBeforeCommit: "was dropped"
        case .hasNoFence: "took effect twice"
        case .trustsCache: "not over after"
        case .ignoresRetryTime: "before its time"
        case .mixesFleets: "of another fleet"
        }
    }
}

/// Acknowledges whatever it hands out.
struct HastyReceiver: TaskReceiver {
    let receiver: InMemoryTaskReceiver

    var deliveries: AsyncStream<TaskDelivery> {
        AsyncStream(unfolding: {
            var source = receiver.deliveries.makeAsyncIterator()
            guard let delivery = await source.next() else { return nil }
            await receiver.acknowledge(delivery.receipt)
            return delivery
        })
    }

    func acknowledge(_ receipt: TaskDelivery.Receipt) async {}
    func giveBack(_ receipt: TaskDelivery.Receipt) async {}
    func stop() async { await receiver.stop() }
}

/// Does not try a task that the cache says is done.
struct CredulousLoader: TaskLoader {
    let loader: InMemoryTaskLoader
    let cache: InMemoryInFlightStore

    func perform(
        _ task: LoadTaskID,
        by worker: String,
        observer: any StepObserver
    ) async -> TaskOutcome {
        if cache.done.contains(task) { return .alreadyDone }
        return await loader.perform(task, by: worker, observer: observer)
    }

    func record(
        _ failure: TaskFailure,
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict {
        try await loader.record(failure, of: task, by: worker, policy: policy)
    }

    func recordCrash(
        of task: LoadTaskID,
        by worker: String,
        policy: RetryPolicy
    ) async throws -> FailureVerdict? {
        try await loader.recordCrash(of: task, by: worker, policy: policy)
    }

    var isUsable: Bool { get async { await loader.isUsable } }
    func close() async { await loader.close() }
}
