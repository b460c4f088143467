import Console
import Coordinator
import Foundation
import Planning
import Words

/// Shows how far a load is, on standard error, so that output stays clean.
actor ProgressView {
    private let load: Int64
    private let pipeline: String
    private let graph: PlanGraph
    private let inFlight: any InFlightStore
    private let isTerminal = TerminalSize.canDraw
    private let began = ContinuousClock.now
    private var display: LoadDisplay
    private var snapshot: LoadProgress?
    private var wait: String?

    /// A view of one load, whose tasks are those of `graph`.
    init(load: Int64, pipeline: String, graph: PlanGraph, inFlight: any InFlightStore) {
        self.load = load
        self.pipeline = pipeline
        self.graph = graph
        self.inFlight = inFlight
        display = LoadDisplay(isTerminal: isTerminal)
    }

    /// Draws until the coordination ends: every snapshot, and on a terminal four times a second, for
    /// the rows that are on their way.
    func follow(_ progress: AsyncStream<LoadProgress>) async {
        let clock = isTerminal ? Task { await redrawUntilCancelled() } : nil
        for await snapshot in progress {
            self.snapshot = snapshot
            if !isTerminal { await draw() }
        }
        clock?.cancel()
        await clock?.value
        if isTerminal { await draw() }
    }

    /// Says what the load waits for; `nil` when it goes on.
    func tell(wait: String?) async {
        self.wait = wait
        if !isTerminal { await draw() }
    }

    private func redrawUntilCancelled() async {
        while !Task.isCancelled {
            await draw()
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    private func draw() async {
        let rows = await inFlight.progress(ofLoad: load)
        let size = TerminalSize.current()
        let drawing = display.draw(
            frame(rows: rows),
            width: size?.columns ?? .max,
            height: size?.rows ?? .max
        )
        Output.draw(drawing)
    }

    private func frame(rows: [Int: InFlightProgress]) -> LoadFrame {
        var rowsByTable: [String: Int] = [:]
        for (ordinal, reading) in rows where graph.tasks.indices.contains(ordinal) {
            let task = graph.tasks[ordinal]
            rowsByTable[task.kind.table(task.name), default: 0] += reading.rows
        }
        let tables = (snapshot?.tables).map(Self.tables) ?? plannedTables
        let known = tables.map { table in
            var table = table
            table.rows = rowsByTable[table.name, default: 0]
            return table
        }
        return LoadFrame(
            load: load,
            pipeline: pipeline,
            tables: known,
            seconds: (ContinuousClock.now - began) / .seconds(1),
            pause: (snapshot?.pausedBy).map { $0.words + Invocation.current.stack }
                ?? heldTasks(snapshot?.heldTasks ?? []),
            wait: wait
        )
    }

    private static func tables(_ progress: [LoadProgress.TableProgress]) -> [LoadFrame.Table] {
        progress.map { table in
            LoadFrame.Table(
                name: table.kind.table(table.name),
                total: table.counts.total,
                done: table.counts.done + table.counts.superseded,
                failed: table.counts.failed + table.counts.blocked
            )
        }
    }

    /// The tables of the plan, before anything is known of them: a broker or a ledger may be away.
    private var plannedTables: [LoadFrame.Table] {
        var tables: [LoadFrame.Table] = []
        for task in graph.tasks {
            let name = task.kind.table(task.name)
            if let index = tables.lastIndex(where: { $0.name == name }) {
                tables[index].total += 1
            } else {
                tables.append(LoadFrame.Table(name: name, total: 1))
            }
        }
        return tables
    }

    private func heldTasks(_ tasks: [Int]) -> String? {
        guard let first = tasks.first else { return nil }
        let names = tasks.prefix(5).map { "\(load).\($0)" }.joined(separator: ", ")
        return
            "paused: \(counted(tasks.count, "task")) (\(names)\(tasks.count > 5 ? ", …" : "")); "
            + "go on with: longshore resume \(load).\(first)\(Invocation.current.stack)"
    }
}
