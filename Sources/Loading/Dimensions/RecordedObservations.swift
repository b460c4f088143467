/// What a merge has added to the observations of a dimension.
struct RecordedObservations: Sendable {
    /// How many rows are new.
    let added: Int64
    /// Whether there was none before, whatever the control table says.
    let wereNone: Bool
}
