package import Planning

/// Where the effects of an export go.
///
/// An effect may come twice, and one that was overtaken may come late: whoever delivers may be frozen for any time
/// between two statements. A target does nothing with a revision that is not newer than what it has, as far as what
/// it speaks to can tell.
package protocol EffectTarget: Sendable {
    /// Takes an effect there.
    ///
    /// - Returns: What became of it. A target that has something newer has it, too.
    /// - Throws: what would befall every effect, such as a server that wants another password: it says nothing
    ///   of this one. `CancellationError`.
    nonisolated(nonsending) func deliver(_ effect: Effect) async throws -> EffectResult

    /// Ends connections.
    func close() async
}
