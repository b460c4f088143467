import Pipelines
package import Planning
import Postgres

/// What stands in the ledger and no longer in the warehouse: people have dropped, detached or emptied
/// it by hand.
///
/// The control table would go on saying `loaded`. So whoever asks it what is due, or creates a load,
/// looks for this first: a query of the catalog, some that look for a row in each table and partition, and
/// more where Postgres has counted deleted members.
package struct Losses: Sendable {
    /// A slice of the control table that is not what it says, or points to what is gone.
    package struct Slice: Sendable, Hashable {
        let kind: LoadTaskKind
        let table: String
        /// The period's label; empty for a whole table.
        package let period: String
        /// What the control table calls it.
        let state: PeriodState
        /// What has happened to it.
        let reason: String
        /// Whether its rows are gone, and not only what they refer to.
        let isGone: Bool
        /// Whether a table of its partition's name stands beside the fact.
        var isDetached = false
        /// Whether its table is there, without its rows.
        var isEmptied = false

        /// What it is in truth.
        package var effectiveState: PeriodState { state == .loaded ? .stale : state }
    }

    /// A dimension without its members.
    struct LostDimension: Sendable {
        let dimension: Dimension
        /// Whether its table is gone, too.
        let hasNoTable: Bool
        /// Whether observations are there, from which its versions are computed.
        var isKept = false

        /// What has happened to it.
        var reason: String {
            hasNoTable ? "its table is gone" : "its members are gone"
        }

        /// What has happened to rows that refer to its members.
        var reasonForFacts: String {
            "the members of `\(dimension.table)` that its rows refer to are gone"
        }
    }

    /// Rows of a fact that refer to members of a dimension that are gone.
    struct Deletion: Sendable, Hashable {
        let fact: Fact
        let dimension: Dimension
    }

    var dimensions: [LostDimension] = []
    package var slices: [Slice] = []
    /// Facts whose rows refer to members that somebody has deleted; their periods are among ``slices``.
    var deletions: [Deletion] = []
    /// How often rows were deleted in each dimension's table, by Postgres' count, where that was looked at.
    var deletionCounts: [String: Int64] = [:]
    /// Dimensions that have lost what their history is computed from.
    var forgotten: [Dimension] = []
    /// Where Postgres has counted rows deleted from what a history is computed from, how many are left.
    var observations: [DeletedObservations.Look] = []

    /// Those of which rows are gone.
    var thinned: [DeletedObservations.Look] { observations.filter { $0.missing > 0 } }

    /// Whether everything that the ledger knows is there.
    var isEmpty: Bool {
        dimensions.isEmpty && slices.isEmpty && forgotten.isEmpty && thinned.isEmpty
    }

    /// Whether something is lost that a load brings back whatever its periods are.
    package var hasWholeTables: Bool {
        !dimensions.isEmpty || !forgotten.isEmpty || !thinned.isEmpty
            || slices.contains { $0.period.isEmpty && $0.state != .pending }
    }

    /// The slice of a table and period, when it is concerned.
    func slice(_ table: String, _ period: String) -> Slice? {
        slices.first { $0.table == table && $0.period == period }
    }
}
