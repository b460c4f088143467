import Ledger
package import Pipelines
import Planning
import Postgres
import Words

/// What stands in the ledger and no longer in the warehouse, in words.
public struct LossReport: Sendable {
    /// A line for each table that is concerned.
    public let notices: [String]
    /// Those of ``notices`` that are of dimensions.
    public let tables: [String]
    /// Whether something is lost that a load brings back although no period is due.
    public let hasWholeTables: Bool

    package init(_ losses: Losses, of pipeline: Pipeline) {
        hasWholeTables = losses.hasWholeTables
        let dimensions = losses.dimensions.map { "`\($0.dimension.table)`: \($0.words)" }
        let forgotten = losses.forgotten.map {
            "`\($0.observationTable)`: what the history of `\($0.table)` is computed from is gone; "
                + "nothing is loaded before that is decided"
        }
        let thinned = losses.thinned.map {
            "`\($0.dimension.observationTable)`: \(counted($0.missing, "row")) of what the history of "
                + "`\($0.dimension.table)` is computed from \(agreeing($0.missing, "is", "are")) gone; nothing is "
                + "loaded before that is decided"
        }
        let dropped = pipeline.dimensions.flatMap(losses.droppedColumns)
        let groups = Dictionary(grouping: losses.slices, by: Group.init)
        let slices = groups.sorted { $0.key < $1.key }
            .map { group, slices in group.words(for: slices, pipeline: pipeline.name) }
        tables = dimensions + forgotten + thinned + dropped
        notices = tables + slices
    }
}

extension Losses {
    /// What was dropped from tables of a dimension, and what a load makes of it.
    fileprivate func droppedColumns(of dimension: Dimension) -> [String] {
        dimension.tableNames.compactMap { table in
            dropped[table]
                .map { columns in
                    "`\(table)`: \(DroppedColumns.words(columns)): \(fate(of: columns, in: table, dimension))"
                }
        }
    }

    private func fate(of columns: [String], in table: String, _ dimension: Dimension) -> String {
        guard !lacksPlaces(dimension) else { return "nothing is loaded before that is decided" }
        let isOwn = table == dimension.table
        let other = isOwn ? dimension.observationTable : dimension.table
        let isKept =
            dimension.keepsObservations
            && !columns.contains { dropped[other]?.contains($0) ?? false }
        let way =
            switch (isKept, isOwn) {
            case (false, _): "filled again from the source"
            case (true, true): "computed anew from what was observed"
            case (true, false): "filled again from the versions that are there"
            }
        return "\(columns.count == 1 ? "it is" : "they are") \(way)"
    }
}

extension Losses.LostDimension {
    /// What has happened, and what a load makes of it.
    fileprivate var words: String {
        if isKept { return "\(reason): it is computed anew from what was observed" }
        if dimension.keepsObservations {
            return "\(reason), and so is what was observed: its history begins anew"
        }
        return "\(reason): it is filled again from its source"
    }
}

/// Slices of a table to which the same has happened.
private struct Group: Hashable, Comparable {
    let table: String
    let isClosed: Bool
    let isDetached: Bool
    /// `nil` where each slice has a name of its own in it.
    let reason: String?

    init(_ slice: Losses.Slice) {
        table = slice.table
        isClosed = slice.state == .closed
        isDetached = slice.isDetached
        reason = slice.isGone && !slice.isEmptied && !slice.period.isEmpty ? nil : slice.reason
    }

    static func < (left: Group, right: Group) -> Bool {
        (left.table, left.isClosed ? 1 : 0, left.reason ?? "")
            < (right.table, right.isClosed ? 1 : 0, right.reason ?? "")
    }

    func words(for slices: [Losses.Slice], pipeline: String) -> String {
        let labels = slices.map(\.period).sorted()
        let (first, last) = (labels.first ?? "", labels.last ?? "")
        let place =
            first.isEmpty
            ? ""
            : labels.count == 1
                ? " \(first)" : " \(first)..\(last) (\(counted(labels.count, "period")))"
        let isOne = slices.count == 1
        let what =
            reason
            ?? (isOne
                ? slices[0].reason
                : "their partitions are \(isDetached ? "detached" : "gone")")
        let next =
            isClosed
            ? "closed, so \(isOne ? "it stays" : "they stay") as \(isOne ? "it is" : "they are") until "
                + "`longshore periods reopen \(pipeline) \(first)\(isOne ? "" : "..\(last)")`"
            : "to be loaded again"
        return "`\(table)`\(place): \(what); \(next)"
    }
}
