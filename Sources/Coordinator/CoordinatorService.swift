public import Logging
import Planning
public import ServiceLifecycle
import Synchronization

/// The daemon: coordinates every load that nobody else coordinates.
///
/// On a graceful shutdown it releases its leases, so that another daemon goes on at once.
public final class CoordinatorService: Service {
    private let settings: CoordinatorSettings
    private let ports: CoordinatorPorts
    private let limit: Int
    private let interval: Duration
    private let restAfterError: Duration
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var coordinated: Set<Int64> = []
        var resting: Set<Int64> = []
    }

    /// A daemon that coordinates at most `limit` loads at a time and looks for orphaned ones every
    /// `interval`; a load that could not be coordinated is left alone for `restAfterError`.
    public init(
        settings: CoordinatorSettings,
        ports: CoordinatorPorts,
        limit: Int = 8,
        interval: Duration = .seconds(2),
        restAfterError: Duration = .seconds(30),
        logger: Logger
    ) {
        precondition(limit > 0, "a coordinator coordinates at least one load")
        self.settings = settings
        self.ports = ports
        self.limit = limit
        self.interval = interval
        self.restAfterError = restAfterError
        self.logger = logger
    }

    /// The loads it coordinates now.
    public var loads: Set<Int64> { state.withLock { $0.coordinated } }

    /// Coordinates until it is shut down or cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    for load in await self.orphans() {
                        group.addTask { await self.coordinate(load) }
                    }
                    try? await self.ports.clock.sleep(for: self.interval)
                }
            }
        }
    }

    /// Orphaned loads, as many as there is room for, taken into the set of coordinated ones.
    private func orphans() async -> [Int64] {
        do {
            let orphans = try await ports.ledger.orphanedLoads()
            return state.withLock { state in
                let known = state.coordinated.union(state.resting)
                let room = max(0, limit - state.coordinated.count)
                let taken = orphans.filter { !known.contains($0) }.prefix(room)
                state.coordinated.formUnion(taken)
                return Array(taken)
            }
        } catch {
            if !Task.isCancelled {
                logger.warning("no loads from the ledger", metadata: .init([.error: .error(error)]))
            }
            return []
        }
    }

    private func coordinate(_ load: Int64) async {
        let coordinator = LoadCoordinator(
            of: load,
            settings: settings,
            ports: ports,
            logger: logger
        )
        defer { state.withLock { _ = $0.coordinated.remove(load) } }
        do {
            _ = try await coordinator.run()
        } catch is CancellationError {
            logger.info("coordination given up", metadata: .init([.load: "\(load)"]))
        } catch {
            logger.error(
                "load cannot be coordinated",
                metadata: .init([.load: "\(load)", .error: .error(error)])
            )
            await rest(load)
        }
    }

    /// Leaves a load alone for a while, without taking the place of another.
    private func rest(_ load: Int64) async {
        state.withLock { state in
            state.coordinated.remove(load)
            state.resting.insert(load)
        }
        try? await ports.clock.sleep(for: restAfterError)
        state.withLock { _ = $0.resting.remove(load) }
    }
}
