public import Pipelines
import Words

/// The tasks of a load and what each of them needs, as arrays of integers.
///
/// The graph is a function of the definition and the periods alone, so a coordinator that takes over
/// a load builds the same one again.
public struct PlanGraph: Sendable {
    /// The tasks; a task's ordinal is its index here.
    public let tasks: LoadTasks
    /// For each task how many others it needs.
    public let needCounts: [Int32]
    /// How many tasks of the pipeline may run at once; `nil` for any number.
    public let concurrency: Int?
    private let needStarts: [Int32]
    private let needs: [Int32]
    private let dependentStarts: [Int32]
    private let dependents: [Int32]

    /// Plans a load of `pipeline` over `periods` (sorted, without doubles; empty for one whose facts
    /// are all loaded whole).
    ///
    /// - Throws: ``PlanError`` when the dimensions, marts or exports refer to each other in a circle.
    public init(_ pipeline: Pipeline, periods: [Period]) throws(PlanError) {
        var builder = Builder(pipeline: pipeline, periods: periods)
        try builder.addDimensions()
        builder.addFacts()
        try builder.addMarts()
        try builder.addExports()
        self.init(builder.tasks, builder.edges, concurrency: pipeline.concurrency)
    }

    private init(_ tasks: LoadTasks, _ edges: Edges, concurrency: Int?) {
        self.tasks = tasks
        self.concurrency = concurrency
        (needStarts, needs) = Self.grouped(edges.needs, by: edges.tasks, rows: tasks.count)
        (dependentStarts, dependents) = Self.grouped(
            edges.tasks,
            by: edges.needs,
            rows: tasks.count
        )
        needCounts = (0..<tasks.count).map { [needStarts] in needStarts[$0 + 1] - needStarts[$0] }
    }

    /// The part of the plan that has only `chosen` tasks, in the same order.
    public func restricted(to chosen: Set<LoadTask>) -> PlanGraph {
        let kept = tasks.indices.filter { chosen.contains(tasks[$0]) }
        let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        var edges = Edges()
        for (place, task) in kept.enumerated() {
            for need in needs(of: task) {
                if let need = places[need] { edges.add(place, needs: need) }
            }
        }
        return PlanGraph(LoadTasks(kept.lazy.map { tasks[$0] }), edges, concurrency: concurrency)
    }

    /// The tasks that fit `condition`, and the marts and exports that read what they make, directly or
    /// through other marts; in the plan's order.
    public func tasks(withDependentMartsOf condition: (LoadTask) -> Bool) -> LoadTasks {
        var chosen = [Bool](repeating: false, count: tasks.count)
        for ordinal in tasks.indices {
            chosen[ordinal] =
                tasks[ordinal].kind.isDerived
                ? needs(of: ordinal).contains { chosen[$0] } : condition(tasks[ordinal])
        }
        return LoadTasks(tasks.indices.lazy.filter { chosen[$0] }.map { tasks[$0] })
    }

    /// The tasks that `task` needs.
    public func needs(of task: Int) -> some Collection<Int> {
        needs[Int(needStarts[task])..<Int(needStarts[task + 1])].lazy.map(Int.init)
    }

    /// The tasks that need `task`.
    public func dependents(of task: Int) -> some Collection<Int> {
        dependents[Int(dependentStarts[task])..<Int(dependentStarts[task + 1])].lazy.map(Int.init)
    }

    /// Compressed sparse rows: the values of row `i` are at `starts[i]..<starts[i + 1]`.
    private static func grouped(
        _ values: [Int32],
        by rows: [Int32],
        rows count: Int
    ) -> (starts: [Int32], values: [Int32]) {
        var starts = [Int32](repeating: 0, count: count + 1)
        for row in rows { starts[Int(row) + 1] += 1 }
        for index in 0..<count { starts[index + 1] += starts[index] }
        var next = starts
        var grouped = [Int32](repeating: 0, count: values.count)
        for (row, value) in zip(rows, values) {
            grouped[Int(next[Int(row)])] = value
            next[Int(row)] += 1
        }
        return (starts, grouped)
    }
}

/// The task at an index of `tasks` needs the one at the same index of `needs`.
private struct Edges {
    var tasks: [Int32] = []
    var needs: [Int32] = []

    mutating func add(_ task: Int, needs need: Int) {
        tasks.append(Int32(task))
        needs.append(Int32(need))
    }
}

private struct Builder {
    let pipeline: Pipeline
    let periods: [Period]
    var tasks = LoadTasks()
    var edges = Edges()
    /// The tasks of each table, by its name: one, or one for each period in order.
    private var tasksOfTable: [String: Range<Int>] = [:]

    init(pipeline: Pipeline, periods: [Period]) {
        self.pipeline = pipeline
        self.periods = periods
    }

    mutating func addDimensions() throws(PlanError) {
        let order = try ordered(pipeline.dimensions.map(\.name))
        for dimension in order.compactMap(pipeline.dimension) {
            let ordinal = add(
                LoadTask(
                    kind: .dimension,
                    name: dimension.name,
                    period: nil,
                    pool: dimension.pool
                )
            )
            tasksOfTable[dimension.name] = ordinal..<ordinal + 1
            for need in ranges(of: pipeline.needs(of: dimension.name)) {
                add(need, to: ordinal, periodIndex: nil)
            }
        }
    }

    mutating func addFacts() {
        for fact in pipeline.facts {
            let first = tasks.count
            let needs = ranges(of: pipeline.needs(of: fact.name))
            for period in fact.periodColumn == nil ? [nil] : periods.map(Optional.some) {
                let ordinal = add(
                    LoadTask(kind: .fact, name: fact.name, period: period, pool: fact.pool)
                )
                for need in needs { add(need, to: ordinal, periodIndex: nil) }
            }
            tasksOfTable[fact.name] = first..<tasks.count
        }
    }

    mutating func addMarts() throws(PlanError) {
        let order = try ordered(pipeline.marts.map(\.name))
        for mart in order.compactMap(pipeline.mart) {
            let first = tasks.count
            let needs = ranges(of: pipeline.needs(of: mart.name))
            for index in mart.isPerPeriod ? periods.indices.map(Optional.some) : [nil] {
                let ordinal = add(
                    LoadTask(
                        kind: .mart,
                        name: mart.name,
                        period: index.map { periods[$0] },
                        pool: mart.pool
                    )
                )
                for need in needs { add(need, to: ordinal, periodIndex: index) }
            }
            tasksOfTable[mart.name] = first..<tasks.count
        }
    }

    /// Each export is computed as soon as what it reads is there, and delivered after those it comes after.
    mutating func addExports() throws(PlanError) {
        for export in pipeline.exports {
            let needs = ranges(of: pipeline.needs(of: export.name))
            let ordinal = add(export, as: .export)
            for need in needs { add(need, to: ordinal, periodIndex: nil) }
            tasksOfTable[export.name] = ordinal..<ordinal + 1
        }
        let order = try ordered(pipeline.exports.map(\.name)) {
            self.pipeline.export($0)?.after ?? []
        }
        var deliveries: [String: Int] = [:]
        for export in order.compactMap(pipeline.export) {
            let ordinal = add(export, as: .delivery)
            for need in tasksOfTable[export.name] ?? 0..<0 { edges.add(ordinal, needs: need) }
            for need in Set(export.after.compactMap { deliveries[$0] }).sorted() {
                edges.add(ordinal, needs: need)
            }
            deliveries[export.name] = ordinal
        }
    }

    private mutating func add(_ export: Export, as kind: LoadTaskKind) -> Int {
        add(LoadTask(kind: kind, name: export.name, period: nil, pool: export.pool))
    }

    private mutating func add(_ task: LoadTask) -> Int {
        tasks.append(task)
        return tasks.count - 1
    }

    /// The tasks of each of `tables` once, in the order of the plan.
    private func ranges(of tables: [String]) -> [Range<Int>] {
        Set(tables).compactMap { tasksOfTable[$0] }.filter { !$0.isEmpty }
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    /// A task of one period needs only that period of tables that have periods, and those whose tasks
    /// may change it: those after it, or all.
    private mutating func add(_ needs: Range<Int>, to task: Int, periodIndex: Int?) {
        if let periodIndex, tasks[needs.lowerBound].period != nil {
            let first = needs.lowerBound + periodIndex
            let fact = pipeline.fact(tasks[first].name)
            let start = fact?.reachesAhead == true ? needs.lowerBound : first
            let end = fact?.reachesBack == true ? needs.upperBound : first + 1
            for need in start..<end { edges.add(task, needs: need) }
        } else {
            for need in needs { edges.add(task, needs: need) }
        }
    }

    /// `names` so that each comes after what it needs; otherwise in the order given.
    private func ordered(_ names: [String]) throws(PlanError) -> [String] {
        try ordered(names, by: pipeline.needs)
    }

    private func ordered(
        _ names: [String],
        by needs: (String) -> [String]
    ) throws(PlanError) -> [String] {
        var order: [String] = []
        var done: Set<String> = []
        func visit(_ name: String, path: [String]) throws(PlanError) {
            if done.contains(name) { return }
            if let start = path.firstIndex(of: name) {
                throw PlanError.cycle(Array(path[start...]) + [name])
            }
            for need in needs(name) where names.contains(need) {
                try visit(need, path: path + [name])
            }
            done.insert(name)
            order.append(name)
        }
        for name in names { try visit(name, path: []) }
        return order
    }
}

/// A definition from which no plan can be made.
public struct PlanError: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    static func cycle(_ names: [String]) -> PlanError {
        let path = names.inBackticks(separator: " → ")
        return PlanError(
            description: "these tables need each other in a circle: \(path); remove one reference"
        )
    }
}
