import ArgumentParser
import Ledger
import Planning

/// Which effects a command is about.
struct EffectSelection: ParsableArguments {
    @Argument(help: "The pipeline's name.")
    var pipeline: String

    @Argument(help: "The export; all of the pipeline without it.")
    var export: String?

    @Option(help: "Only this key, as `exports list` shows it.")
    var key: String?

    func validate() throws {
        if key != nil, export == nil {
            throw ValidationError("`--key` is of an export: name it behind the pipeline")
        }
    }

    /// What was chosen.
    ///
    /// - Parameters:
    ///   - states: In which states, unless a key is named.
    ///   - desk: Knows the pipelines.
    /// - Returns: By what effects are found.
    /// - Throws: `LedgerError` when the ledger knows no such pipeline.
    func filter(in states: Set<EffectState>, among desk: PipelineDesk) async throws -> EffectFilter
    {
        try await desk.require(pipeline)
        var filter = EffectFilter(pipeline: pipeline)
        (filter.export, filter.key) = (export, key)
        if key == nil { filter.states = states }
        return filter
    }
}
