import Endpoints
public import Logging
public import Planning
import Synchronization

/// How the coordination of a load ended.
public enum CoordinationResult: Sendable, Hashable {
    /// The load is over.
    case ended(LoadState)
    /// Another coordinator took the load over: it has the lease.
    case overtaken
    /// The ledger could not be reached for longer than the lease lasts and some time more: nobody may
    /// have the load, and it is to be resumed when the ledger is back.
    case outOfReach
    /// Another coordinator holds the load's lease; nothing was done.
    case heldByAnother
    /// There is nothing to do for so long, and its lease is released: it rests.
    case resting(Duration)
    /// It was stopped, and its lease is released: another coordinator can go on at once.
    case stopped
}

/// Drives one load: holds its lease, publishes tasks as what they need gets done, and ends it.
public final class LoadCoordinator: Sendable {
    /// The load.
    public let load: Int64
    private let settings: CoordinatorSettings
    private let ports: CoordinatorPorts
    private let logger: Logger
    private let onTrouble: @Sendable ((any Error)?) -> Void
    private let shown: AsyncStream<LoadProgress>.Continuation
    /// Whether it is to stop, and who waits for that: each round under a lease anew.
    private let stopping = Mutex<(isDemanded: Bool, sign: AsyncStream<Never>.Continuation?)>(
        (false, nil)
    )
    /// Whether another load waits for the place of this one.
    private let isPlaceWanted = Mutex(false)
    /// How far the load is, after every change.
    ///
    /// A slow reader gets the newest snapshot only; the stream ends with the coordination.
    public let progress: AsyncStream<LoadProgress>

    /// A coordinator of `load`; ``run()`` starts it, once.
    ///
    /// `onTrouble` is told what the broker or the ledger refuse while it goes on trying, and `nil`
    /// when they work again.
    public init(
        of load: Int64,
        settings: CoordinatorSettings,
        ports: CoordinatorPorts,
        logger: Logger,
        onTrouble: @escaping @Sendable ((any Error)?) -> Void = { _ in }
    ) {
        self.load = load
        self.onTrouble = onTrouble
        self.settings = settings
        self.ports = ports
        var logger = logger
        logger[metadataKey: LogKey.load.rawValue] = "\(load)"
        self.logger = logger
        (progress, shown) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Stops the coordination and releases its lease; ``run()`` returns when that is done.
    public func stop() {
        stopping.withLock { stopping in
            stopping.isDemanded = true
            return stopping.sign
        }?
        .finish()
    }

    /// Says that another load waits for the place that this one takes; it may keep it.
    func makeRoom() { isPlaceWanted.withLock { $0 = true } }

    /// Coordinates the load until it is over, another coordinator took it over, or it is stopped.
    ///
    /// Broker and ledger may fail meanwhile for as long as the lease holds.
    ///
    /// - Throws: `CancellationError` when the calling task is cancelled: the lease is left to expire;
    ///   ``CoordinatorError`` for a load that cannot be coordinated, `UnknownLoad` for none; `NewerLedger` when a newer program
    ///   has migrated the ledger, `ForeignLoad` for a load of another fleet; errors of the ledger before
    ///   there is a lease.
    public func run() async throws -> CoordinationResult {
        defer { shown.finish() }
        do {
            return try await runReadable()
        } catch let error as UnreadableDefinition {
            return try await end(because: error)
        }
    }

    private func runReadable() async throws -> CoordinationResult {
        guard let record = try await ports.ledger.load(load) else {
            throw UnknownLoad(load)
        }
        guard !record.state.isFinal else { return .ended(record.state) }
        let graph = try record.graph()
        guard var lease = try await acquireLease() else { return .heldByAnother }
        while true {
            let result = try await coordinate(graph, under: lease)
            guard result == .overtaken || result == .outOfReach else { return result }
            switch try await regain(lease, clock: ports.clock) {
            case .held(let next): lease = next
            case .lost(let result): return result
            }
        }
    }

    /// Ends a load whose definition an older program has written and this one refuses: nobody of this
    /// version can plan it or do its tasks.
    ///
    /// While an attempt of an older worker holds a task, the load rests.
    private func end(because error: UnreadableDefinition) async throws -> CoordinationResult {
        if let state = try await ports.ledger.state(ofLoad: load), state.isFinal {
            return .ended(state)
        }
        guard let lease = try await acquireLease() else { return .heldByAnother }
        guard let state = try await ports.ledger.fail(lease, with: error.taskFailure) else {
            return .overtaken
        }
        guard state.isFinal else {
            await rest(lease, for: settings.reconciliation)
            return .resting(settings.reconciliation)
        }
        logger.error("load cannot be read", metadata: .init([.error: .error(error)]))
        return .ended(state)
    }

    /// What became of a lease that was lost.
    private enum Regained {
        case held(LoadLease)
        case lost(CoordinationResult)
    }

    /// Takes a lost lease again, if nobody else has it: who tries tasks again takes it away and keeps it
    /// not, and a ledger that is back still knows the old one.
    private func regain<Time: Clock<Duration>>(
        _ lease: LoadLease,
        clock: Time
    ) async throws -> Regained {
        let deadline = clock.now.advanced(by: settings.patience)
        var failures = 0
        while true {
            do {
                let regained = try await regainOnce(lease)
                onTrouble(nil)
                return regained
            } catch let error as NewerLedger {
                throw error
            } catch let error as ForeignLoad {
                throw error
            } catch {
                try Task.checkCancellation()
                onTrouble(error)
                if isStopDemanded { return .lost(.stopped) }
                guard clock.now < deadline else {
                    logger.warning(
                        "the ledger is out of reach",
                        metadata: .init([.error: .error(error)])
                    )
                    return .lost(.outOfReach)
                }
                failures += 1
                let pause = settings.backoff.pause(afterFailures: failures, jitter: ports.jitter())
                try await clock.sleep(for: min(pause, .seconds(1)))
            }
        }
    }

    private func regainOnce(_ lease: LoadLease) async throws -> Regained {
        // The ledger also refuses the writes for a load that was cancelled meanwhile.
        if let state = try await ports.ledger.state(ofLoad: load), state.isFinal {
            return .lost(.ended(state))
        }
        if try await ports.ledger.renew(lease, for: settings.lease) { return .held(lease) }
        if let next = try await acquireLease() { return .held(next) }
        logger.warning("another coordinator took over")
        return .lost(.overtaken)
    }

    private var isStopDemanded: Bool { stopping.withLock(\.isDemanded) }

    private func acquireLease() async throws -> LoadLease? {
        let lease = try await ports.ledger.acquireLease(
            on: load,
            owner: settings.owner,
            for: settings.lease
        )
        if let lease { logger.info("coordinating", metadata: .init([.epoch: "\(lease.epoch)"])) }
        return lease
    }

    private func coordinate(
        _ graph: PlanGraph,
        under lease: LoadLease
    ) async throws -> CoordinationResult {
        do {
            let result = try await race(graph, under: lease, clock: ports.clock)
            switch result {
            case .stopped: await release(lease)
            case .overtaken, .outOfReach, .ended, .heldByAnother, .resting: break
            }
            return result
        } catch {
            if !Task.isCancelled { await release(lease) }
            throw error
        }
    }

    /// What ends the coordination is what happens first: the load's end, the loss of the lease, or a
    /// stop.
    private func race(
        _ graph: PlanGraph,
        under lease: LoadLease,
        clock: some Clock<Duration>
    ) async throws -> CoordinationResult {
        let inbox = Inbox()
        return try await ports.events.withHints(of: load, into: inbox) {
            let result = try await withThrowingTaskGroup(of: CoordinationResult.self) { group in
                group.addTask { try await self.keep(lease, clock: clock) }
                group.addTask { try await self.remind(inbox, clock: clock) }
                group.addTask { try await self.waitForStop() }
                group.addTask {
                    var coordination = Coordination(
                        load: self.load,
                        lease: lease,
                        graph: graph,
                        ports: self.ports,
                        settings: self.settings,
                        inbox: inbox,
                        clock: clock,
                        logger: self.logger,
                        isPlaceWanted: { self.takeWish() },
                        onTrouble: self.onTrouble,
                        show: { self.shown.yield($0) }
                    )
                    return try await coordination.run()
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .stopped
            }
            guard case .resting(let time) = result else { return result }
            await rest(lease, for: time)
            // What came after the last look is to be looked at: the load is to be taken up again.
            return inbox.take().hints.isEmpty ? result : .resting(.zero)
        }
    }

    /// Renews the lease until it is lost: to another coordinator, or because the ledger could not be
    /// reached for as long as it lasts.
    private func keep<Time: Clock<Duration>>(
        _ lease: LoadLease,
        clock: Time
    ) async throws -> CoordinationResult {
        var expiry = clock.now.advanced(by: settings.lease)
        var isInTrouble = false
        while true {
            try await clock.sleep(for: settings.renewal)
            let asked = clock.now
            do {
                guard try await ports.ledger.renew(lease, for: settings.lease) else {
                    return .overtaken
                }
                expiry = asked.advanced(by: settings.lease)
                if isInTrouble { onTrouble(nil) }
                isInTrouble = false
            } catch let error as NewerLedger {
                throw error
            } catch {
                try Task.checkCancellation()
                logger.warning("lease not renewed", metadata: .init([.error: .error(error)]))
                onTrouble(error)
                isInTrouble = true
                if clock.now >= expiry { return .outOfReach }
            }
        }
    }

    private func waitForStop() async throws -> CoordinationResult {
        let (untilStop, sign) = AsyncStream<Never>.makeStream()
        let isDemanded = stopping.withLock { stopping in
            stopping.sign = sign
            return stopping.isDemanded
        }
        if isDemanded { sign.finish() }
        for await _ in untilStop {}
        try Task.checkCancellation()
        return .stopped
    }

    private func remind(
        _ inbox: Inbox,
        clock: some Clock<Duration>
    ) async throws -> CoordinationResult {
        while true {
            try await clock.sleep(for: settings.reconciliation)
            inbox.demandReconciliation()
        }
    }

    private func takeWish() -> Bool {
        isPlaceWanted.withLock { isWanted in
            defer { isWanted = false }
            return isWanted
        }
    }

    private func rest(_ lease: LoadLease, for time: Duration) async {
        do {
            try await ports.ledger.rest(lease, for: time)
            logger.info("nothing to do; the load rests", metadata: .init([.pause: "\(time)"]))
        } catch {
            logger.warning("lease not released", metadata: .init([.error: .error(error)]))
        }
    }

    private func release(_ lease: LoadLease) async {
        do {
            try await ports.ledger.release(lease)
        } catch {
            logger.warning("lease not released", metadata: .init([.error: .error(error)]))
        }
    }
}
