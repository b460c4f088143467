/// What a fact's rows are read against: the keys of its dimensions, and the periods that take no rows.
struct FactSurroundings {
    let references: ReferenceMaps
    /// The labels of the fact's closed periods, where its load may change rows of other periods.
    let closed: Set<String>

    var hasClosed: Bool { !closed.isEmpty }
}
