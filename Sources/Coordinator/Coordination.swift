import Endpoints
import Logging
import Planning

/// The rounds of one load under one lease: read what changed, publish what became ready, until the
/// load is over.
struct Coordination<Time: Clock> where Time.Duration == Duration {
    let load: Int64
    let lease: LoadLease
    let graph: PlanGraph
    let ports: CoordinatorPorts
    let settings: CoordinatorSettings
    let inbox: Inbox
    let clock: Time
    let logger: Logger
    let onTrouble: @Sendable ((any Error)?) -> Void
    let show: @Sendable (LoadProgress) -> Void
    /// Whether another load waits for the place that this one takes.
    let isPlaceWanted: @Sendable () -> Bool

    private let start: Time.Instant
    private(set) var machine: LoadStateMachine?
    /// When the state of a task changed last, as far as it was seen.
    private(set) var lastChange: Time.Instant
    /// The ledger's generation when the machine was made: in another one it may have gone back.
    private var generation: Int?
    private var republishing: RepublishSchedule
    private var reported: [Int: InFlightProgress] = [:]
    /// What people ordered, as far as it is known.
    private(set) var orders = Interventions()
    private var pace = TaskPace<Time.Instant>()

    init(
        load: Int64,
        lease: LoadLease,
        graph: PlanGraph,
        ports: CoordinatorPorts,
        settings: CoordinatorSettings,
        inbox: Inbox,
        clock: Time,
        logger: Logger,
        isPlaceWanted: @escaping @Sendable () -> Bool = { false },
        onTrouble: @escaping @Sendable ((any Error)?) -> Void,
        show: @escaping @Sendable (LoadProgress) -> Void
    ) {
        self.load = load
        self.lease = lease
        self.graph = graph
        self.ports = ports
        self.settings = settings
        self.inbox = inbox
        self.clock = clock
        self.logger = logger
        self.isPlaceWanted = isPlaceWanted
        self.onTrouble = onTrouble
        self.show = show
        start = clock.now
        lastChange = start
        republishing = RepublishSchedule(idleAge: settings.idleAge)
    }

    /// Coordinates until the load is over, the lease is lost or the task is cancelled.
    ///
    /// When broker or ledger fail, it pauses and goes on: the lease, not the error, decides how long.
    mutating func run() async throws -> CoordinationResult {
        var failures = 0
        inbox.demandReconciliation()
        for await _ in inbox.rings {
            do {
                if let result = try await round(inbox.take()) { return result }
                if failures > 0 { onTrouble(nil) }
                failures = 0
            } catch let error as CoordinatorError {
                throw error
            } catch let error as NewerLedger {
                throw error
            } catch {
                // The ledger's connection may have survived what took its last commits.
                if error is LedgerWentBack { machine = nil }
                failures += 1
                onTrouble(error)
                let pause = settings.backoff.pause(
                    afterFailures: failures,
                    jitter: ports.jitter()
                )
                logger.warning(
                    "a round failed; trying again",
                    metadata: .init([.pause: "\(pause)", .error: .error(error)])
                )
                try await clock.sleep(for: pause)
                inbox.demandReconciliation()
            }
        }
        throw CancellationError()
    }

    private mutating func round(_ mail: Inbox.Mail) async throws -> CoordinationResult? {
        let before = machine?.tableProgress
        let current = await ports.ledger.generation
        if machine == nil || current != generation {
            machine = try await restored()
            machine?.obey(orders)
            generation = current
        } else if !mail.isReconciliationDue {
            try await observe(Set(mail.hints.filter(isInFlight)))
        }
        if mail.isReconciliationDue, let result = try await reconcile() { return result }
        let result = try await act()
        showProgress()
        if machine?.tableProgress != before { lastChange = clock.now }
        guard result == nil, mail.isReconciliationDue else { return result }
        return try await rest().map { .resting($0) }
    }

    private func restored() async throws -> LoadStateMachine {
        let states = try await ports.ledger.states(ofLoad: load)
        guard states.count == graph.tasks.count else {
            throw CoordinatorError.planMismatch(
                load: load,
                planned: graph.tasks.count,
                inLedger: states.count
            )
        }
        return LoadStateMachine(graph: graph, states: states, window: settings.window)
    }

    private func isInFlight(_ task: Int) -> Bool { machine?.inFlight.contains(task) ?? false }

    private func isOpen(_ task: Int) -> Bool {
        graph.tasks.indices.contains(task) && machine?.state(of: task).isFinal == false
    }

    private mutating func observe(_ tasks: Set<Int>) async throws {
        guard !tasks.isEmpty else { return }
        let states = try await ports.ledger.states(ofLoad: load, tasks: tasks.sorted())
        // Publishing writes it there first: what is not there any more was lost.
        guard !states.contains(where: { isInFlight($0) && $1 == .waiting }) else {
            throw LedgerWentBack(load: load)
        }
        machine?.observe(states)
        // Where one was cancelled others may have been that are not published.
        guard states.values.contains(.cancelled) else { return }
        let all = try await ports.ledger.states(ofLoad: load)
        machine?.observe(Dictionary(uniqueKeysWithValues: all.enumerated().map { ($0, $1) }))
    }

    /// Compares with the ledger what no event may have told, and publishes lost messages again.
    private mutating func reconcile() async throws -> CoordinationResult? {
        if let state = try await ports.ledger.state(ofLoad: load), state.isFinal {
            return .ended(state)
        }
        try await readOrders()
        let published = machine?.inFlight ?? []
        try await observe(published.union(orders.cancelled.filter(isOpen)))
        let inFlight = machine?.inFlight ?? []
        republishing.keep(inFlight)
        if let store = ports.inFlight { reported = await store.progress(ofLoad: load) }
        try await takeShare()
        let free = inFlight.filter { orders.pause(of: $0) == nil }
        return try await publishIdle(free) ? nil : .overtaken
    }

    /// Finds out how many tasks it may have at the workers.
    ///
    /// The ledger is only asked when some are ready that may not be published: which of those that were take nobody's place.
    private mutating func takeShare() async throws {
        guard let machine, let windows = try await windows(of: machine) else { return }
        self.machine?.allow(windows, resting: [])
        guard self.machine?.isHeldBack == true else { return }
        let waiting = try await ports.ledger.resting(machine.inFlight.sorted(), ofLoad: load)
        let paused = machine.inFlight.filter { orders.pause(of: $0) != nil }
        self.machine?.allow(windows, resting: waiting.union(paused))
    }

    /// How much may be published of each pool and of all together; `nil` where nothing says it.
    private mutating func windows(
        of machine: LoadStateMachine
    ) async throws -> LoadStateMachine.Windows? {
        var windows = LoadStateMachine.Windows()
        if let limit = graph.concurrency {
            let loads = try await ports.ledger.loads(besideLoad: load)
            windows.all = ConcurrencyShare.of(limit, for: load, among: loads)
        }
        guard let share = settings.share, let store = ports.inFlight else {
            return windows.all == nil ? nil : windows
        }
        let ended = machine.ended
        let known = share.windows(
            for: await store.workers(),
            rates: pace.note(ended, at: clock.now)
        )
        for pool in ended.keys {
            windows.pools[pool] = min(settings.window, known[pool] ?? settings.window)
        }
        return windows
    }

    /// Reads what people ordered.
    private mutating func readOrders() async throws {
        let known = orders
        orders = try await ports.ledger.interventions(ofLoad: load)
        guard orders != known else { return }
        logger.info("orders have changed", metadata: .init([.paused: "\(orders.pause != nil)"]))
        machine?.obey(orders)
    }

    /// Publishes those of `tasks` again that nobody has worked on for long; when a pause has ended, the
    /// ledger counts the tasks that it held up among them.
    ///
    /// - Returns: `false` when another coordinator took over.
    private mutating func publishIdle(_ tasks: Set<Int>) async throws -> Bool {
        guard !tasks.isEmpty else { return true }
        let now = start.duration(to: clock.now)
        let idle = republishing.due(
            try await ports.ledger.idle(tasks.sorted(), ofLoad: load, since: settings.idleAge),
            now: now
        )
        guard !idle.isEmpty else { return true }
        logger.notice("publishing idle tasks again", metadata: .init([.count: "\(idle.count)"]))
        guard try await publish(idle) else { return false }
        republishing.note(idle, now: now)
        return true
    }

    /// Does what the machine asks for until it has to wait (`nil`).
    private mutating func act() async throws -> CoordinationResult? {
        while true {
            try Task.checkCancellation()
            switch nextAction() {
            case .publish(let tasks):
                do {
                    guard try await publish(tasks) else { return .overtaken }
                } catch {
                    machine?.takeBack(tasks)
                    throw error
                }
            case .finish(let state, let blocked):
                let isMine = try await ports.ledger.finish(lease, state: state, blocked: blocked)
                guard isMine else { return .overtaken }
                logger.info(
                    "load ended",
                    metadata: .init([
                        .state: "\(state.rawValue)", .blocked: "\(blocked.count)",
                    ])
                )
                showProgress()
                return .ended(state)
            case .wait: return nil
            }
        }
    }

    private mutating func nextAction() -> LoadStateMachine.Action {
        let batch = settings.batch
        return machine?.nextAction(batch: batch) ?? .wait
    }

    /// Publishes tasks: in the ledger first, so that the load's next coordinator knows of them, then
    /// in the broker.
    ///
    /// - Returns: `false` when another coordinator took over.
    private func publish(_ tasks: [Int]) async throws -> Bool {
        for start in stride(from: 0, to: tasks.count, by: settings.batch) {
            let batch = Array(tasks[start..<min(start + settings.batch, tasks.count)])
            guard try await ports.ledger.markPublished(batch, lease: lease) else { return false }
            let tickets = try await ports.ledger.tickets(ofLoad: load, tasks: batch)
            try await ports.publisher.publish(
                batch.map { task in
                    TaskMessage(
                        task: LoadTaskID(load: load, ordinal: task),
                        pool: graph.tasks[task].pool,
                        ticket: tickets[task]
                    )
                }
            )
        }
        return true
    }

    private func showProgress() {
        guard let machine else { return }
        var tables = machine.tableProgress
        for (task, progress) in reported where machine.inFlight.contains(task) {
            tables[machine.table(of: task)].counts.running += 1
            tables[machine.table(of: task)].counts.rowsInFlight += progress.rows
        }
        show(
            LoadProgress(
                load: load,
                tables: tables,
                pausedBy: orders.pausedBy,
                heldTasks: orders.paused.keys.filter(isOpen).sorted()
            )
        )
    }
}
