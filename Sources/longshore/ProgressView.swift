import Console
import Coordinator
import Foundation
import Planning

/// Shows how far a load is, on standard error, so that output stays clean.
struct ProgressView {
    let load: Int64
    let pipeline: String
    let graph: PlanGraph
    let inFlight: any InFlightStore

    /// Draws every snapshot until the coordination ends; on a terminal four times a second too, for
    /// the rows that are on their way.
    func follow(_ progress: AsyncStream<LoadProgress>) async {
        let began = ContinuousClock.now
        var display = LoadDisplay(isTerminal: isatty(STDERR_FILENO) == 1)
        for await snapshot in progress {
            let rows = await inFlight.progress(ofLoad: load)
            let frame = frame(snapshot, rows: rows, since: began)
            FileHandle.standardError.write(Data(display.draw(frame).utf8))
        }
    }

    private func frame(
        _ snapshot: LoadProgress,
        rows: [Int: InFlightProgress],
        since began: ContinuousClock.Instant
    ) -> LoadFrame {
        var rowsByTable: [String: Int] = [:]
        for (ordinal, reading) in rows where graph.tasks.indices.contains(ordinal) {
            rowsByTable[
                Self.table(graph.tasks[ordinal].kind, graph.tasks[ordinal].name),
                default: 0
            ] +=
                reading.rows
        }
        let tables = snapshot.tables.map { table in
            let name = Self.table(table.kind, table.name)
            return LoadFrame.Table(
                name: name,
                total: table.counts.total,
                done: table.counts.done + table.counts.superseded,
                failed: table.counts.failed + table.counts.blocked,
                rows: rowsByTable[name, default: 0]
            )
        }
        return LoadFrame(
            load: load,
            pipeline: pipeline,
            tables: tables,
            seconds: (ContinuousClock.now - began) / .seconds(1)
        )
    }

    private static func table(_ kind: LoadTaskKind, _ name: String) -> String {
        switch kind {
        case .dimension: "dim_\(name)"
        case .fact: "fact_\(name)"
        case .mart: "mart_\(name)"
        }
    }
}
