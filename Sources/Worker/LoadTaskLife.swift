import Logging
import Planning

/// The life of a load task in a worker, from its delivery to the acknowledgement.
///
/// The ledger alone decides what happened to the task; Redis and the broker only say whether it is
/// worth asking. Whatever cannot be said to the broker leaves the delivery unsettled, so that it
/// comes again.
struct LoadTaskLife: Sendable {
    let delivery: TaskDelivery
    let slot: Int
    let loader: any TaskLoader
    let executor: (any TaskExecutor)?
    let context: WorkerContext
    let logger: Logger

    /// How a life ended.
    struct End: Sendable {
        var result: WorkerMetrics.Result
        /// Whether the loader could not reach the ledger, or the servers behind it ended the attempt: then
        /// its session is given up, so that others get it.
        var lostLedger: Bool
        /// Whether the broker did not take what it was told.
        var lostBroker: Bool
    }

    init(
        of delivery: TaskDelivery,
        in slot: Int,
        loader: any TaskLoader,
        executor: (any TaskExecutor)?,
        context: WorkerContext
    ) {
        self.delivery = delivery
        self.slot = slot
        self.loader = loader
        self.executor = executor
        self.context = context
        var logger = context.logger
        logger[metadataKey: LogKey.task.rawValue] = "\(delivery.message.task)"
        logger[metadataKey: LogKey.slot.rawValue] = "\(slot)"
        self.logger = logger
    }

    private var task: LoadTaskID { delivery.message.task }
    private var ports: WorkerPorts { context.ports }
    /// One slot never runs two attempts, so a lease is one attempt's.
    private var owner: String { "\(context.settings.name)#\(slot)" }

    /// The whole life: received → claimed → performed → judged → settled.
    func run() async -> End {
        ports.observer.reached(.delivered)
        await loader.hold(delivery.message)
        let claim = await ports.inFlight.claim(task, owner: owner)
        let disposition = await disposition(with: claim)
        // The ledger could not be told of the failure: nothing is counted, the task comes back.
        let result = await settle(disposition ?? .retry(.fiveSeconds, .retried), claim: claim)
        return End(
            result: result,
            lostLedger: disposition == nil || result == .interrupted,
            lostBroker: result == .givenBack && disposition != .giveBack
        )
    }

    /// What is to become of the delivery; `nil` when the ledger could not be asked.
    private func disposition(with claim: Claim) async -> Disposition? {
        // Whoever delivers it again may have lost a worker: a broker that restarts has not, and anybody
        // can write a count into a header. So it is only a reason to look.
        if delivery.redeliveries > 0 {
            switch await lookForDeath() {
            case .nobody: break
            case .unknown: return nil
            case .recorded(let disposition):
                if case .held(let dead) = claim {
                    // The ledger has let go of the dead: its lease would only make the retry wait.
                    await ports.inFlight.release(task, owner: dead, isDone: false)
                }
                return disposition
            }
        }
        if case .held(let other) = claim {
            logger.debug("held by another attempt", metadata: .init([.owner: "\(other)"]))
            return .retry(.second, .busy)
        }
        ports.observer.reached(.claimed)
        return await attempt(claim)
    }

    /// Tries the task, even when it is marked done.
    ///
    /// The mark is only a hint, and a second delivery of a done task is rare: the attempt asks the
    /// ledger, which answers `alreadyDone`. Believing a wrong mark would leave a task undone for ever.
    ///
    /// An attempt that was recalled is followed by another, which sees in the ledger what was ordered:
    /// that it is cancelled, that it is paused, or, when the order was withdrawn meanwhile, nothing.
    private func attempt(_ claim: Claim) async -> Disposition? {
        for _ in 0..<Self.mostRecalls {
            let (outcome, interruption) = await attemptOnce(claim)
            if interruption == .order, !outcome.holdsWhenInterrupted { continue }
            return await disposition(of: outcome, interruption)
        }
        return .giveBack
    }

    private static let mostRecalls = 5

    private func attemptOnce(_ claim: Claim) async -> (TaskOutcome, Interruption?) {
        await WatchedAttempt(
            task: task,
            slot: slot,
            leaseOwner: claim == .taken ? owner : nil,
            loader: loader,
            executor: executor,
            context: context,
            logger: logger
        )
        .run()
    }

    /// What follows from an outcome; `nil` when the ledger could not be asked.
    ///
    /// An attempt that this worker interrupted proves nothing about the task: only what the ledger says
    /// counts then.
    private func disposition(
        of outcome: TaskOutcome,
        _ interruption: Interruption?
    ) async -> Disposition? {
        switch interruption {
        case .none: return await disposition(of: outcome)
        case .some where outcome.holdsWhenInterrupted: return await disposition(of: outcome)
        case .shutdown, .order: return .giveBack
        case .limit(let failure): return await disposition(of: failure)
        }
    }

    private func disposition(of outcome: TaskOutcome) async -> Disposition? {
        switch outcome {
        case .loaded: return .done(.loaded)
        case .alreadyDone: return .done(.alreadyDone)
        case .superseded: return .done(.superseded)
        case .cancelled: return .done(.cancelled)
        case .refused(let error): return refuse(error)
        case .busy: return .retry(.fiveSeconds, .busy)
        case .crowded: return .retry(.second, .busy)
        case .early(let time): return .retry(.fitting(time), .early)
        // What was delivered before may be the message that was to wait, and did not get so far. It must
        // not come back before its time, as a message that nobody has seen before and nobody needs.
        case .redundant(let time):
            return delivery.redeliveries > 0
                ? .retry(.covering(time), .early) : .settled(.redundant)
        // When the pause is over the coordinator publishes the task at once; this message is for the
        // case that it cannot.
        case .paused: return .retry(.halfMinute, .paused)
        case .retryable(let failure), .failed(let failure): return await disposition(of: failure)
        }
    }

    private func disposition(of failure: TaskFailure) async -> Disposition? {
        note(failure)
        return await verdict(on: failure) { loader, policy in
            try await loader.record(failure, of: task, by: context.settings.name, policy: policy)
        }
    }

    private func note(_ failure: TaskFailure) {
        let metadata = Logger.Metadata([.failure: "\(failure)"])
        switch failure.origin {
        case .task where failure.absence?.kind == .quota:
            logger.warning("the source is to be left alone; it is awaited", metadata: metadata)
        case .task where failure.absence != nil:
            logger.warning("the source is not there; it is awaited", metadata: metadata)
        case .task: logger.warning("attempt failed", metadata: metadata)
        case .servers:
            logger.warning("a server ended the attempt; it is not counted", metadata: metadata)
        }
    }

    /// What the ledger says of an attempt before this one.
    private enum Death {
        /// Nobody has died.
        case nobody
        /// A worker has, and it was counted.
        case recorded(Disposition)
        /// The ledger cannot be asked.
        case unknown
    }

    private func lookForDeath() async -> Death {
        var isDead = true
        let disposition = await verdict(on: .crashed(task)) { loader, policy in
            let verdict = try await loader.recordCrash(
                of: task,
                by: context.settings.name,
                policy: policy
            )
            isDead = verdict != nil
            return verdict ?? .settled
        }
        guard let disposition else { return .unknown }
        guard isDead else { return .nobody }
        if disposition != .giveBack { noteDeath() }
        return .recorded(disposition)
    }

    private func noteDeath() {
        logger.warning(
            "an earlier worker has died",
            metadata: .init([.redeliveries: "\(delivery.redeliveries)"])
        )
        context.gauges.update { $0.crashesRecorded += 1 }
    }

    /// Gives the task to a newer worker, and ends this one.
    private func refuse(_ error: NewerLedger) -> Disposition {
        logger.error("the ledger is of a newer program", metadata: .init([.error: .error(error)]))
        context.end(because: error)
        return .giveBack
    }

    private func verdict(
        on failure: TaskFailure,
        _ record: (any TaskLoader, RetryPolicy) async throws -> FailureVerdict
    ) async -> Disposition? {
        do {
            return Disposition(try await record(loader, context.settings.policy), on: failure)
        } catch let error as NewerLedger {
            return refuse(error)
        } catch {
            logger.error(
                "the ledger does not take what became of an attempt",
                metadata: .init([.error: .error(error)])
            )
            return nil
        }
    }

    /// Tells Redis, the coordinators and the broker, in an order in which nothing is lost when the
    /// worker dies between two of them.
    private func settle(_ disposition: Disposition, claim: Claim) async -> WorkerMetrics.Result {
        if case .held = claim {
            // The lease is another's.
        } else {
            await ports.inFlight.release(task, owner: owner, isDone: disposition.isDone)
        }
        do {
            switch disposition {
            case .done:
                ports.observer.reached(.marked)
                await announce()
            case .retry(let tier, _):
                try await ports.publisher.publish(delivery.message, after: tier)
            case .setAside(let failure):
                try await ports.publisher.setAside(delivery.message, failure: failure)
                await announce()
            case .settled: break
            case .giveBack:
                await context.giveBack(delivery)
                return .givenBack
            }
        } catch {
            logger.error("the broker did not take it", metadata: .init([.error: .error(error)]))
            await ports.receiver.giveBack(delivery.receipt)
            return .givenBack
        }
        await ports.receiver.acknowledge(delivery.receipt)
        ports.observer.reached(.acknowledged)
        logger.info("settled", metadata: .init([.outcome: "\(disposition.result)"]))
        return disposition.result
    }

    private func announce() async {
        await ports.publisher.announce(TaskEvent(task: task))
        ports.observer.reached(.announced)
    }
}

extension Disposition {
    /// Whether a repeated message of the task can be recognised as useless.
    fileprivate var isDone: Bool { self == .done(.loaded) || self == .done(.alreadyDone) }
}

extension TaskOutcome {
    /// Whether it holds when the attempt was interrupted: the ledger has said it, of the task or of itself.
    fileprivate var holdsWhenInterrupted: Bool {
        switch self {
        case .loaded, .alreadyDone, .superseded, .refused: true
        case .busy, .crowded, .early, .redundant, .retryable, .failed, .cancelled, .paused: false
        }
    }
}

extension TaskFailure {
    /// The failure of a task whose workers die.
    fileprivate static func crashed(_ task: LoadTaskID) -> TaskFailure {
        TaskFailure(
            code: "worker.crashed",
            message: "the workers that ran the task `\(task)` died again and again; look at their "
                + "memory limits and last log lines, then retry the task",
            isRetryable: true
        )
    }
}
