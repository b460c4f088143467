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
    ///   - ledger: Knows pipelines, exports and keys.
    /// - Returns: By what effects are found.
    /// - Throws: `LedgerError` when the ledger knows no such pipeline or export, ``CommandFailure`` for no such key.
    func filter(
        in states: Set<EffectState>,
        among ledger: LedgerDesks
    ) async throws -> EffectFilter {
        try await ledger.pipelines.require(pipeline)
        var filter = EffectFilter(pipeline: pipeline)
        (filter.export, filter.key) = (export, key)
        guard let export, let key else {
            filter.states = states
            return filter
        }
        guard try await ledger.effects.effect(filter) != nil else {
            throw Self.unknown(key, of: export, pipeline)
        }
        return filter
    }

    /// A key that the export has nothing of is a mistake worth an exit code.
    static func unknown(_ key: String, of export: String, _ pipeline: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "the export `\(export)` of `\(pipeline)` has nothing of the key `\(key)`: "
                + "`longshore exports list \(pipeline) \(export) --all` lists what it has"
        )
    }
}
