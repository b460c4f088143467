public import Logging
import Planning
public import ServiceLifecycle
import Synchronization

/// The daemon: coordinates every load that nobody else coordinates.
///
/// On a graceful shutdown it releases its leases, so that another daemon goes on at once.
public final class CoordinatorService: Service {
    private struct State {
        var coordinators: [Int64: LoadCoordinator] = [:]
        /// Loads that could not be coordinated, with how many looks they are left alone for.
        var resting: [Int64: Int] = [:]
    }

    private let settings: CoordinatorSettings
    private let ports: CoordinatorPorts
    private let limit: Int
    private let interval: Duration
    private let logger: Logger
    private let state = Mutex(State())
    /// Rings when it is time to look for orphaned loads; ends when the daemon is to stop.
    private let looks: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation
    private static let looksToRest = 15

    /// A daemon that coordinates at most `limit` loads at a time and looks for orphaned ones every
    /// `interval`; ``run()`` starts it, once.
    public init(
        settings: CoordinatorSettings,
        ports: CoordinatorPorts,
        limit: Int = 8,
        interval: Duration = .seconds(2),
        logger: Logger
    ) {
        precondition(limit > 0, "a coordinator coordinates at least one load")
        self.settings = settings
        self.ports = ports
        self.limit = limit
        self.interval = interval
        self.logger = logger
        (looks, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The loads it coordinates now.
    public var loads: Set<Int64> { Set(state.withLock { $0.coordinators.keys }) }

    /// Stops every coordination and releases the leases; ``run()`` returns when that is done.
    public func stop() { bell.finish() }

    /// Coordinates until it is shut down, stopped or cancelled.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { chores in
                chores.addTask { await self.ring() }
                await self.coordinateOrphans()
                chores.cancelAll()
            }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    private func ring() async {
        repeat { bell.yield() } while await sleptThroughInterval()
    }

    private func sleptThroughInterval() async -> Bool {
        do {
            try await ports.clock.sleep(for: interval)
            return true
        } catch {
            return false
        }
    }

    private func coordinateOrphans() async {
        await withDiscardingTaskGroup { group in
            for await _ in looks {
                for coordinator in await coordinatorsOfOrphans() {
                    group.addTask { await self.run(coordinator) }
                }
            }
            for coordinator in state.withLock({ $0.coordinators.values }) { coordinator.stop() }
        }
    }

    /// Takes orphaned loads, as many as there is room for.
    private func coordinatorsOfOrphans() async -> [LoadCoordinator] {
        do {
            let orphans = try await ports.ledger.orphanedLoads()
            return state.withLock { state in
                state.resting = state.resting.mapValues { $0 - 1 }.filter { $0.value > 0 }
                let room = max(0, limit - state.coordinators.count)
                let taken =
                    orphans.filter { load in
                        state.coordinators[load] == nil && state.resting[load] == nil
                    }
                    .prefix(room).map(coordinator)
                for coordinator in taken { state.coordinators[coordinator.load] = coordinator }
                return taken
            }
        } catch {
            if !Task.isCancelled {
                logger.warning("no loads from the ledger", metadata: .init([.error: .error(error)]))
            }
            return []
        }
    }

    private func coordinator(of load: Int64) -> LoadCoordinator {
        LoadCoordinator(of: load, settings: settings, ports: ports, logger: logger)
    }

    private func run(_ coordinator: LoadCoordinator) async {
        let load = coordinator.load
        defer { state.withLock { $0.coordinators[load] = nil } }
        do {
            _ = try await coordinator.run()
        } catch {
            guard !Task.isCancelled else { return }
            logger.error(
                "load cannot be coordinated",
                metadata: .init([.load: "\(load)", .error: .error(error)])
            )
            state.withLock { $0.resting[load] = Self.looksToRest }
        }
    }
}
