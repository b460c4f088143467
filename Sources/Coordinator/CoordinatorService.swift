public import Logging
public import Planning
public import ServiceLifecycle
import Synchronization

/// The daemon: coordinates every load that nobody else coordinates.
///
/// It has places for so many loads at a time. Loads for which there is nothing to do take none: they rest
/// (``RestRule``), and it takes them up again when that changes.
///
/// On a graceful shutdown it releases its leases, so that another daemon goes on at once.
public final class CoordinatorService: Service {
    private let settings: CoordinatorSettings
    private let ports: CoordinatorPorts
    private let limit: Int
    private let interval: Duration
    private let logger: Logger
    private let state = Mutex(ServiceState())
    /// Rings when it is time to look for orphaned loads; ends when the daemon is to stop.
    private let looks: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation
    /// Ends when somebody stops the daemon.
    private let stops: AsyncStream<Never>
    private let stopping: AsyncStream<Never>.Continuation

    /// A daemon that coordinates at most `limit` loads at a time and looks for orphaned ones when it is
    /// told to, when a place gets free, and every `interval`; ``run()`` starts it, once.
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
        (stops, stopping) = AsyncStream.makeStream()
    }

    /// The loads it coordinates now.
    public var loads: Set<Int64> { Set(state.withLock { $0.coordinators.keys }) }

    /// Who it is, and how much room it has.
    public var presence: CoordinatorPresence {
        CoordinatorPresence(name: settings.owner, places: limit, taken: loads.count)
    }

    /// What it needs and has not, in words; empty when it can take loads up.
    public var wants: [String] {
        state.withLock { state in
            if state.isStopping || state.refusal != nil {
                return ["it stops, and takes no more loads"]
            }
            return state.isHeard ? [] : ["the ledger has not answered when it looked for loads"]
        }
    }

    /// Looks for loads at once: there may be one to take up.
    public func look() { bell.yield() }

    /// Stops every coordination and releases the leases; ``run()`` returns when that is done.
    public func stop() {
        state.withLock { $0.isStopping = true }
        bell.finish()
        stopping.finish()
    }

    /// Coordinates until it is shut down, stopped or cancelled.
    ///
    /// - Throws: `NewerLedger` when a newer program has migrated the ledger. Its loads are given up at once,
    ///   for newer coordinators; then it waits for ten seconds, because whoever updates the fleet is about to
    ///   stop it, and an error would only have it started again.
    public func run() async throws {
        ports.events.onOtherLoads { [weak self] load in self?.hear(of: load) }
        defer { ports.events.onOtherLoads(nil) }
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { chores in
                chores.addTask { await self.ring() }
                chores.addTask { await self.tidyUp() }
                await self.coordinateOrphans()
                await self.waitForUpdate()
                chores.cancelAll()
            }
            try? await self.ports.ledger.forget(coordinator: self.settings.owner)
        } onGracefulShutdown: {
            self.stop()
        }
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
    }

    /// Ends the daemon, because the ledger is not for its program.
    private func end(because error: NewerLedger) {
        let isFirst = state.withLock { state in
            defer { state.refusal = error }
            return state.refusal == nil
        }
        guard isFirst else { return }
        logger.error("the ledger is of a newer program", metadata: .init([.error: .error(error)]))
        bell.finish()
    }

    /// Waits after a refusal until it is stopped, which is its end without an error, or for ten seconds.
    private func waitForUpdate() async {
        guard state.withLock({ $0.refusal }) != nil else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.ports.clock.sleep(for: Self.updatePatience) }
            group.addTask {
                for await _ in self.stops {}
                if !Task.isCancelled { self.state.withLock { $0.refusal = nil } }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static let updatePatience = Duration.seconds(10)

    private func ring() async {
        repeat {
            state.withLock { $0.passInterval() }
            bell.yield()
            // Who reads of it too late only knows less.
            try? await ports.ledger.note(presence)
        } while await sleptThroughInterval()
    }

    /// Beside the looks, and not at the end of each load: of many that end at once one time is enough.
    private func tidyUp() async {
        while await sleptThroughInterval() {
            if state.withLock({ $0.takeEnd() }) { await ports.tidyUp() }
        }
    }

    private func sleptThroughInterval() async -> Bool {
        do {
            try await ports.clock.sleep(for: interval)
            return true
        } catch {
            return false
        }
    }

    /// An event of a load that nobody here coordinates: if it rests, it is to be looked at.
    private func hear(of load: Int64) {
        if state.withLock({ $0.hear(of: load) }) { look() }
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
            try await wake()
            let orphans = try await ports.ledger.orphanedLoads()
            return state.withLock { state in
                state.isHeard = true
                return state.take(orphans, limit: limit) { load in
                    LoadCoordinator(of: load, settings: settings, ports: ports, logger: logger)
                }
            }
        } catch let error as NewerLedger {
            end(because: error)
            return []
        } catch {
            state.withLock { $0.isHeard = false }
            if !Task.isCancelled {
                logger.warning("no loads from the ledger", metadata: .init([.error: .error(error)]))
            }
            return []
        }
    }

    private func wake() async throws {
        let woken = state.withLock { $0.woken }
        guard !woken.isEmpty else { return }
        try await ports.ledger.wake(woken)
        state.withLock { $0.woken.subtract(woken) }
    }

    private func run(_ coordinator: LoadCoordinator) async {
        let load = coordinator.load
        do {
            let result = try await coordinator.run()
            state.withLock { $0.end(load, result) }
        } catch let error as NewerLedger {
            state.withLock { $0.fail(load) }
            end(because: error)
        } catch {
            state.withLock { $0.fail(load) }
            guard !Task.isCancelled else { return }
            logger.error(
                "load cannot be coordinated",
                metadata: .init([.load: "\(load)", .error: .error(error)])
            )
        }
        look()
    }
}

/// The loads of a daemon: those that have a place, and those that it knows of.
private struct ServiceState {
    private(set) var coordinators: [Int64: LoadCoordinator] = [:]
    /// Loads that could not be coordinated, with the number of intervals that they are left alone for.
    private var leftAlone: [Int64: Int] = [:]
    /// Loads that it has let go of because there was nothing to do.
    private var resting: Set<Int64> = []
    /// Loads of which something was heard since their coordinator has stopped to listen.
    private var heard: Set<Int64> = []
    /// Loads whose rest is to be ended.
    var woken: Set<Int64> = []
    /// Why the daemon must not go on.
    var refusal: NewerLedger?
    /// Whether the ledger answered when it was asked for loads last.
    var isHeard = false
    /// Whether somebody has stopped it.
    var isStopping = false

    /// Whether a load has ended since it was last asked.
    private var hasEnded = false

    private static let intervalsLeftAlone = 15

    mutating func takeEnd() -> Bool {
        defer { hasEnded = false }
        return hasEnded
    }

    mutating func passInterval() {
        leftAlone = leftAlone.mapValues { $0 - 1 }.filter { $0.value > 0 }
    }

    /// Gives places to `orphans`, the first ones first; where there is none for some, loads in which nothing
    /// happens are asked to leave theirs.
    mutating func take(
        _ orphans: [Int64],
        limit: Int,
        _ make: (Int64) -> LoadCoordinator
    ) -> [LoadCoordinator] {
        let wanted = orphans.filter { coordinators[$0] == nil && leftAlone[$0] == nil }
        let taken = wanted.prefix(max(limit - coordinators.count, 0)).map(make)
        for coordinator in taken {
            coordinators[coordinator.load] = coordinator
            resting.remove(coordinator.load)
        }
        if wanted.count > taken.count {
            for coordinator in coordinators.values { coordinator.makeRoom() }
        }
        return taken
    }

    /// - Returns: whether there is something to look at.
    mutating func hear(of load: Int64) -> Bool {
        if coordinators[load] != nil { heard.insert(load) }
        guard resting.remove(load) != nil else { return false }
        woken.insert(load)
        return true
    }

    mutating func end(_ load: Int64, _ result: CoordinationResult) {
        coordinators[load] = nil
        let wasHeard = heard.remove(load) != nil
        if case .ended = result { hasEnded = true }
        guard case .resting(let time) = result else { return }
        if wasHeard || time == .zero {
            woken.insert(load)
        } else {
            resting.insert(load)
        }
    }

    mutating func fail(_ load: Int64) {
        coordinators[load] = nil
        heard.remove(load)
        leftAlone[load] = Self.intervalsLeftAlone
    }
}
