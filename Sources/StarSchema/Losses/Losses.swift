import Ledger
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
        /// Whether somebody has dropped columns of it: what adds them again marks it.
        var lacksColumns = false

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
    /// Dimensions whose rows were counted, as Postgres told of writes.
    var members: [DeletedMembers.Look] = []
    /// The columns that somebody has dropped from tables of dimensions and facts, by table.
    var dropped: [String: [String]] = [:]
    /// Dimensions that have lost what their history is computed from.
    var forgotten: [Dimension] = []
    /// Where Postgres told of writes to what a history is computed from, how many rows are left.
    var observations: [DeletedObservations.Look] = []

    /// None.
    package init() {}

    /// Those of which rows are gone.
    var thinned: [DeletedObservations.Look] { observations.filter { $0.missing > 0 } }

    /// Whether everything that the ledger knows is there.
    var isEmpty: Bool {
        dimensions.isEmpty && slices.isEmpty && forgotten.isEmpty && thinned.isEmpty
            && dropped.isEmpty
    }

    /// Whether something is lost that a load brings back whatever its periods are.
    package var hasWholeTables: Bool {
        !dimensions.isEmpty || !forgotten.isEmpty || !thinned.isEmpty
            || dropped.keys.contains { name in !slices.contains { $0.table == name } }
            || slices.contains { $0.period.isEmpty && $0.state != .pending }
    }

    /// The columns that somebody has dropped from tables of a dimension, which only makes them anew.
    func droppedPlaces(
        of dimension: Dimension,
        schema: String
    ) -> [(table: String, columns: [String])] {
        dimension.designs(schema: schema)
            .compactMap { design in
                let places = dimension.places(in: design)
                let columns = (dropped[design.name] ?? []).filter(places.contains)
                return columns.isEmpty ? nil : (design.name, columns)
            }
    }

    /// The columns of what was observed of a dimension that somebody has dropped, while its versions have them.
    func droppedObservations(of dimension: Dimension) -> [String] {
        let own = dropped[dimension.table] ?? []
        return (dropped[dimension.observationTable] ?? []).filter { !own.contains($0) }
    }

    /// Whether rows of a dimension have no place any more, so that nothing can be asked of them.
    func lacksPlaces(_ dimension: Dimension) -> Bool {
        !droppedPlaces(of: dimension, schema: "").isEmpty
    }

    /// The slice of a table and period, when it is concerned.
    func slice(_ table: String, _ period: String) -> Slice? {
        slices.first { $0.table == table && $0.period == period }
    }
}
