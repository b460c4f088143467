public import Console
public import Coordinator
public import Planning
import Words

extension LoadFrame {
    /// How far a load is, by what its coordinator and its workers tell.
    ///
    /// - Parameters:
    ///   - load: Its number.
    ///   - pipeline: The pipeline's name.
    ///   - graph: Its plan.
    ///   - progress: How far its tasks are; `nil` before anything is known: a broker or a ledger may be away.
    ///   - rows: How many rows running tasks have read, by their places in the plan.
    ///   - seconds: How long it has been watched.
    ///   - wait: What it waits for.
    ///   - invocation: How the program was called.
    public init(
        load: Int64,
        pipeline: String,
        graph: PlanGraph,
        progress: LoadProgress?,
        rows: [Int: Int],
        seconds: Double,
        wait: String?,
        _ invocation: Invocation
    ) {
        var rowsByTable: [String: Int] = [:]
        for (ordinal, rows) in rows where graph.tasks.indices.contains(ordinal) {
            let task = graph.tasks[ordinal]
            rowsByTable[task.kind.table(task.name), default: 0] += rows
        }
        let tables = progress.map { Self.tables($0.tables) } ?? Self.plannedTables(graph)
        self.init(
            load: load,
            pipeline: pipeline,
            tables: tables.map { table in
                var table = table
                table.rows = rowsByTable[table.name, default: 0]
                return table
            },
            seconds: seconds,
            pause: progress?.pausedBy.map { $0.words + invocation.stack }
                ?? Self.held(progress?.heldTasks ?? [], of: load, invocation),
            wait: wait
        )
    }

    private static func tables(_ progress: [LoadProgress.TableProgress]) -> [Table] {
        progress.map { table in
            Table(
                name: table.kind.table(table.name),
                total: table.counts.total,
                done: table.counts.done + table.counts.superseded,
                failed: table.counts.failed + table.counts.blocked
            )
        }
    }

    private static func plannedTables(_ graph: PlanGraph) -> [Table] {
        var tables: [Table] = []
        for task in graph.tasks {
            let name = task.kind.table(task.name)
            if let index = tables.lastIndex(where: { $0.name == name }) {
                tables[index].total += 1
            } else {
                tables.append(Table(name: name, total: 1))
            }
        }
        return tables
    }

    private static func held(
        _ tasks: [Int],
        of load: Int64,
        _ invocation: Invocation
    ) -> String? {
        guard let first = tasks.first else { return nil }
        let names = tasks.map { "\(load).\($0)" }.listed(atMost: 5)
        return
            "paused: \(counted(tasks.count, "task")) (\(names)); go on with: "
            + invocation.command("resume \(load).\(first)")
    }
}
