public import Planning

/// Where every task of a load stands, and what is to be done next.
///
/// It does no I/O. States read from the ledger go in by ``observe(_:)``; ``nextAction(batch:)`` says what follows.
/// A machine made from any state of the ledger goes on where the last coordinator stopped, because
/// everything else is a function of the plan and those states.
public struct LoadStateMachine: Sendable {
    /// What a coordinator has to do.
    public enum Action: Sendable, Hashable {
        /// Publish these tasks; the machine counts them as published from now on.
        case publish([Int])
        /// The load is over: write how it ended and which tasks will never run.
        case finish(LoadState, blocked: [Int])
        /// Nothing, until the state of a task changes.
        case wait
    }

    /// How many tasks may be published and unfinished, besides those that rest.
    public struct Windows: Sendable, Hashable {
        /// Of each pool, by its name; those of others stay as they are.
        public var pools: [String: Int]
        /// Of all pools together; `nil` for any number.
        public var all: Int?

        /// Creates windows; by default none is said.
        public init(pools: [String: Int] = [:], all: Int? = nil) {
            self.pools = pools
            self.all = all
        }
    }

    /// What is ready for the workers of a pool, and how much of it they are given at a time.
    private struct Pool {
        let name: String
        /// How many tasks may be published and unfinished, besides those that rest.
        var window: Int
        /// Waiting tasks whose needs are satisfied, from `next` on.
        var ready: [Int32] = []
        var next = 0
        var inFlight = 0
        var resting = 0
        /// How many tasks have ended.
        var ended = 0

        var active: Int { inFlight - resting }

        /// How many tasks may be published now: none before a quarter of the window is free, for each publication costs as much
        /// as many.
        var room: Int {
            let free = window - active
            return free >= max(1, window / 4) ? free : 0
        }
    }

    private let graph: PlanGraph
    private var states: [TaskState]
    /// For each task how many of those it needs are not satisfied.
    private var missing: [Int32]
    private var pools: [Pool]
    /// How many tasks of all pools may be published and unfinished, besides those that rest.
    private var limit: Int?
    private let poolOfTable: [Int]
    /// Published tasks that wait for their time: no worker could take them.
    private var resting: Set<Int> = []
    /// What people hold up: it is not published.
    private var orders = Interventions()
    /// Ready tasks that were passed over because they are paused by themselves.
    private var passedOver: [Int32] = []
    /// The tasks that are published and not final.
    public private(set) var inFlight: Set<Int> = []
    private var tables: [LoadProgress.TableProgress]

    /// Goes on from `states`, those of the graph's tasks in order.
    ///
    /// At most `window` tasks of each pool are published and unfinished at a time, until ``allow(_:resting:)`` says otherwise; a
    /// predecessor's that are more than that stay published.
    public init(graph: PlanGraph, states: [TaskState], window: Int = 10_000) {
        precondition(states.count == graph.tasks.count, "one state for each task of the plan")
        precondition(window > 0, "a load whose window is empty never ends")
        self.graph = graph
        self.states = states
        (poolOfTable, pools) = Self.pools(of: graph.tasks.tables, window: window)
        limit = graph.concurrency
        missing = graph.needCounts
        tables = Self.progress(of: graph.tasks)
        for (task, state) in states.enumerated() {
            tables[graph.tasks.table(of: task)].counts.add(1, to: state)
            if state == .published { begin(task) }
            guard state.satisfiesNeeds else { continue }
            for dependent in graph.dependents(of: task) { missing[dependent] -= 1 }
        }
        for task in states.indices where states[task] == .waiting && missing[task] == 0 {
            makeReady(task)
        }
        for task in states.indices where states[task].isFinal && !states[task].satisfiesNeeds {
            blockDependents(of: task)
        }
    }

    /// Takes in what the ledger says of some tasks.
    ///
    /// What is known to be final stays so.
    public mutating func observe(_ observed: [Int: TaskState]) {
        for (task, state) in observed.sorted(by: { $0.key < $1.key }) { observe(task, state) }
    }

    /// Takes in what people have ordered: what is paused is not published.
    public mutating func obey(_ orders: Interventions) {
        self.orders = orders
        for task in passedOver { makeReady(Int(task)) }
        passedOver = []
    }

    // MARK: Windows

    /// Says how many tasks may be published and unfinished.
    ///
    /// - Parameters:
    ///   - windows: How many.
    ///   - resting: Published tasks that wait for their time, and so take nobody's place.
    public mutating func allow(_ windows: Windows, resting: Set<Int>) {
        limit = windows.all.map { max(1, $0) }
        self.resting = resting.intersection(inFlight)
        for index in pools.indices {
            pools[index].resting = 0
            guard let window = windows.pools[pools[index].name] else { continue }
            pools[index].window = max(1, window)
        }
        for task in self.resting { pools[pool(of: task)].resting += 1 }
    }

    /// Whether tasks are ready that a window keeps from being published.
    public var isHeldBack: Bool {
        pools.contains { $0.next < $0.ready.count && ($0.room == 0 || room == 0) }
    }

    /// How many tasks may be published now of all pools together.
    private var room: Int {
        limit.map { max(0, $0 - (inFlight.count - resting.count)) } ?? .max
    }

    /// How many tasks of each pool have ended since the machine was made, by the pool's name.
    public var ended: [String: Int] {
        Dictionary(uniqueKeysWithValues: pools.map { ($0.name, $0.ended) })
    }

    // MARK: Actions

    /// Whether the whole load is paused.
    public var isPaused: Bool { orders.pause != nil }

    /// What is to be done now; tasks to publish come in batches of at most `batch`.
    public mutating func nextAction(batch: Int = 500) -> Action {
        let tasks = isPaused ? [] : takeReady(atMost: min(batch, room))
        guard tasks.isEmpty else { return .publish(tasks) }
        // With nothing in flight and nothing ready, nothing can be waiting: the graph has no cycle.
        guard inFlight.isEmpty, !isHeldUp else { return .wait }
        return .finish(end, blocked: states.indices.filter { states[$0] == .blocked })
    }

    /// Takes tasks back whose publishing failed: they are ready again.
    public mutating func takeBack(_ tasks: [Int]) {
        for task in tasks where states[task] == .published {
            leave(task)
            move(task, to: .waiting)
            makeReady(task)
        }
    }

    /// The state of `task`.
    public func state(of task: Int) -> TaskState { states[task] }

    /// How far each table is; the running ones are unknown here.
    public var tableProgress: [LoadProgress.TableProgress] { tables }

    /// The index of the task's table in ``tableProgress``.
    func table(of task: Int) -> Int { graph.tasks.table(of: task) }

    /// Whether something is ready that people hold up.
    private var isHeldUp: Bool {
        let isWaiting = { (task: Int32) in states[Int(task)] == .waiting }
        return passedOver.contains(where: isWaiting)
            || pools.contains { $0.ready.dropFirst($0.next).contains(where: isWaiting) }
    }

    private var end: LoadState {
        let has = { (state: TaskState) in states.contains(state) }
        if has(.cancelled) { return .cancelled }
        if has(.failed) || has(.blocked) { return .failed }
        return has(.done) || !has(.superseded) ? .loaded : .superseded
    }

    private mutating func observe(_ task: Int, _ state: TaskState) {
        let old = states[task]
        // The ledger of a task that we publish just now may still say `waiting`.
        guard !old.isFinal, state != old, state != .waiting else { return }
        move(task, to: state)
        if state == .published { return begin(task) }
        leave(task)
        pools[pool(of: task)].ended += 1
        if state.satisfiesNeeds {
            releaseDependents(of: task)
        } else {
            blockDependents(of: task)
        }
    }

    private mutating func releaseDependents(of task: Int) {
        for dependent in graph.dependents(of: task) {
            missing[dependent] -= 1
            if missing[dependent] == 0, states[dependent] == .waiting { makeReady(dependent) }
        }
    }

    private mutating func blockDependents(of task: Int) {
        var pending = [task]
        while let next = pending.popLast() {
            for dependent in graph.dependents(of: next) where states[dependent] == .waiting {
                move(dependent, to: .blocked)
                pending.append(dependent)
            }
        }
    }

    private mutating func begin(_ task: Int) {
        guard inFlight.insert(task).inserted else { return }
        pools[pool(of: task)].inFlight += 1
    }

    private mutating func leave(_ task: Int) {
        guard inFlight.remove(task) != nil else { return }
        let pool = pool(of: task)
        pools[pool].inFlight -= 1
        if resting.remove(task) != nil { pools[pool].resting -= 1 }
    }

    private mutating func makeReady(_ task: Int) {
        pools[pool(of: task)].ready.append(Int32(task))
    }

    /// Takes what is to be published now; where not all may be, the pool that has the least comes first.
    private mutating func takeReady(atMost most: Int) -> [Int] {
        var tasks: [Int] = []
        var rooms = pools.map(\.room)
        while tasks.count < most,
            let pool = pools.indices.filter({ rooms[$0] > 0 })
                .min(by: { pools[$0].active < pools[$1].active })
        {
            guard let task = takeReady(in: pool) else {
                rooms[pool] = 0
                continue
            }
            rooms[pool] -= 1
            move(task, to: .published)
            begin(task)
            tasks.append(task)
        }
        return tasks
    }

    /// The ready task of a pool that waits longest; entries that are not waiting any more are dropped, and those
    /// that are paused are passed over.
    private mutating func takeReady(in pool: Int) -> Int? {
        while pools[pool].next < pools[pool].ready.count {
            let task = Int(pools[pool].ready[pools[pool].next])
            pools[pool].next += 1
            guard states[task] == .waiting else { continue }
            if orders.paused[task] == nil { return task }
            passedOver.append(Int32(task))
        }
        pools[pool].ready.removeAll()
        pools[pool].next = 0
        return nil
    }

    private mutating func move(_ task: Int, to state: TaskState) {
        let table = graph.tasks.table(of: task)
        tables[table].counts.add(-1, to: states[task])
        tables[table].counts.add(1, to: state)
        states[task] = state
    }

    private static func pools(
        of tables: [LoadTask],
        window: Int
    ) -> (poolOfTable: [Int], pools: [Pool]) {
        var indices: [String: Int] = [:]
        var pools: [Pool] = []
        let poolOfTable = tables.map { table in
            if let index = indices[table.pool] { return index }
            let index = pools.count
            indices[table.pool] = index
            pools.append(Pool(name: table.pool, window: window))
            return index
        }
        return (poolOfTable, pools)
    }

    private static func progress(of tasks: LoadTasks) -> [LoadProgress.TableProgress] {
        var tables = tasks.tables.map { table in
            LoadProgress.TableProgress(kind: table.kind, name: table.name, counts: .init())
        }
        for task in tasks.indices { tables[tasks.table(of: task)].counts.total += 1 }
        return tables
    }

    private func pool(of task: Int) -> Int { poolOfTable[graph.tasks.table(of: task)] }
}
