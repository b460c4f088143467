import Ledger

/// What a merge has made of a dimension.
struct MergedMembers: Sendable {
    /// How many distinct observations or members were merged.
    let merged: Int
    /// The rows that it has given the dimension.
    let given: MemberCount
    /// What it has recorded of a history; `nil` where none is kept.
    var observations: RecordedObservations?
}
