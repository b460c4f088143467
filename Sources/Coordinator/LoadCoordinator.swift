public import Logging
public import Planning

/// How the coordination of a load ended.
public enum CoordinationResult: Sendable, Hashable {
    /// The load is over.
    case ended(LoadState)
    /// Another coordinator took the load over, or may have: the lease is lost.
    case overtaken
    /// Another coordinator holds the load's lease; nothing was done.
    case heldByAnother
}

/// Drives one load: holds its lease, publishes tasks as what they need gets done, and ends it.
public final class LoadCoordinator: Sendable {
    private let load: Int64
    private let settings: CoordinatorSettings
    private let ports: CoordinatorPorts
    private let logger: Logger
    private let shown: AsyncStream<LoadProgress>.Continuation
    /// How far the load is, after every change; a slow reader gets the newest snapshot only. It ends
    /// with the coordination.
    public let progress: AsyncStream<LoadProgress>

    /// A coordinator of `load`; ``run()`` starts it, once.
    public init(
        of load: Int64,
        settings: CoordinatorSettings,
        ports: CoordinatorPorts,
        logger: Logger
    ) {
        self.load = load
        self.settings = settings
        self.ports = ports
        var logger = logger
        logger[metadataKey: LogKey.load.rawValue] = "\(load)"
        self.logger = logger
        (progress, shown) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Coordinates the load until it is over or another coordinator took it over. Broker and ledger
    /// may fail meanwhile for as long as the lease holds.
    ///
    /// - Throws: `CancellationError` when the calling task is cancelled, after the lease is released;
    ///   ``CoordinatorError`` for a load that cannot be coordinated; errors of the ledger before
    ///   there is a lease.
    public func run() async throws -> CoordinationResult {
        defer { shown.finish() }
        guard let record = try await ports.ledger.load(load) else {
            throw CoordinatorError.unknownLoad(load)
        }
        guard !record.state.isFinal else { return .ended(record.state) }
        let graph = try PlanGraph(record.pipeline, periods: record.periods)
        let lease = try await ports.ledger.acquireLease(
            on: load,
            owner: settings.owner,
            for: settings.lease
        )
        guard let lease else { return .heldByAnother }
        logger.info("coordinating", metadata: .init([.epoch: "\(lease.epoch)"]))
        do {
            let result = try await coordinate(graph, under: lease, clock: ports.clock)
            if result == .overtaken { logger.warning("another coordinator took over") }
            return result
        } catch {
            await release(lease)
            throw error
        }
    }

    private func coordinate(
        _ graph: PlanGraph,
        under lease: LoadLease,
        clock: some Clock<Duration>
    ) async throws -> CoordinationResult {
        let inbox = Inbox()
        return try await ports.events.withHints(of: load, into: inbox) {
            try await withThrowingTaskGroup(of: CoordinationResult.self) { group in
                group.addTask { try await self.keep(lease, clock: clock) }
                group.addTask { try await self.remind(inbox, clock: clock) }
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
                        show: { self.shown.yield($0) }
                    )
                    return try await coordination.run()
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .overtaken
            }
        }
    }

    /// Renews the lease until it is lost: to another coordinator, or because the ledger could not be
    /// reached for as long as it lasts.
    private func keep<Time: Clock<Duration>>(
        _ lease: LoadLease,
        clock: Time
    ) async throws -> CoordinationResult {
        var expiry = clock.now.advanced(by: settings.lease)
        while true {
            try await clock.sleep(for: settings.renewal)
            let asked = clock.now
            do {
                guard try await ports.ledger.renew(lease, for: settings.lease) else {
                    return try await endOrOvertaken()
                }
                expiry = asked.advanced(by: settings.lease)
            } catch {
                try Task.checkCancellation()
                logger.warning("lease not renewed", metadata: .init([.error: .error(error)]))
                if clock.now >= expiry { return .overtaken }
            }
        }
    }

    /// A lease also ends with its load, when that is cancelled.
    private func endOrOvertaken() async throws -> CoordinationResult {
        let state = try? await ports.ledger.state(ofLoad: load)
        guard let state, state.isFinal else { return .overtaken }
        return .ended(state)
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

    /// Lets the lease go, in a task of its own because this one may be cancelled.
    private func release(_ lease: LoadLease) async {
        await Task {
            do {
                try await ports.ledger.release(lease)
            } catch {
                logger.warning("lease not released", metadata: .init([.error: .error(error)]))
            }
        }
        .value
    }
}
