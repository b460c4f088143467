import Pipelines

/// The tasks of a load in order, each kept as the numbers of its table and of its period: plans have millions.
public struct LoadTasks: Sendable, RandomAccessCollection, Equatable {
    /// The tables in the order of their first tasks, each as a task without a period.
    public private(set) var tables: [LoadTask] = []
    private var periods: [Period] = []
    private var tableOfTask: [Int32] = []
    /// -1 for what is loaded whole.
    private var periodOfTask: [Int32] = []
    private var placeOfTable: [LoadTask: Int32] = [:]
    private var placeOfPeriod: [Period: Int32] = [:]

    /// The tasks of `tasks`, in their order; none unless they are given.
    public init(_ tasks: some Sequence<LoadTask> = []) {
        for task in tasks { append(task) }
    }

    /// Adds a task at the end.
    public mutating func append(_ task: LoadTask) {
        let table = LoadTask(kind: task.kind, name: task.name, period: nil, pool: task.pool)
        tableOfTask.append(Self.place(of: table, in: &tables, &placeOfTable))
        periodOfTask.append(
            task.period.map { Self.place(of: $0, in: &periods, &placeOfPeriod) } ?? -1
        )
    }

    private static func place<Value: Hashable>(
        of value: Value,
        in values: inout [Value],
        _ places: inout [Value: Int32]
    ) -> Int32 {
        if let place = places[value] { return place }
        let place = Int32(values.count)
        values.append(value)
        places[value] = place
        return place
    }

    /// Whether both have the same tasks in the same order.
    public static func == (one: LoadTasks, other: LoadTasks) -> Bool { one.elementsEqual(other) }

    /// The place in ``tables`` of a task's table.
    public func table(of task: Int) -> Int { Int(tableOfTask[task]) }

    // MARK: A collection

    /// The first task.
    public var startIndex: Int { 0 }
    /// After the last task.
    public var endIndex: Int { tableOfTask.count }

    /// The task with an ordinal.
    public subscript(task: Int) -> LoadTask {
        let (table, period) = (tables[table(of: task)], Int(periodOfTask[task]))
        return LoadTask(
            kind: table.kind,
            name: table.name,
            period: period < 0 ? nil : periods[period],
            pool: table.pool
        )
    }
}
