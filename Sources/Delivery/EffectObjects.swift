import Planning

/// What effects write into a store.
protocol EffectObjects: Sendable {
    /// The objects of an effect, in the order in which they are written; of one that is to go, their names alone.
    ///
    /// - Throws: ``EffectNotMade`` when the effect has none; what would befall every effect, as a target does.
    nonisolated(nonsending) func objects(of effect: Effect) async throws -> [EffectObject]
}

/// An object that an effect writes or takes away.
struct EffectObject: Sendable {
    /// Its name below the folder of the source.
    var name: String
    /// Its media type.
    var type: String
    /// What is to be in it; of one that is to go, nothing.
    var bytes: [UInt8] = []
}

/// An effect whose objects cannot be made.
struct EffectNotMade: Error {
    /// What becomes of it.
    let result: EffectResult
}
