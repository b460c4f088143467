import ArgumentParser
import Ledger

/// Which rejects a command lists: a pipeline may be named before the options, and settled ones be among them.
struct ListedRejects: ParsableArguments {
    @Argument(help: ArgumentHelp("A pipeline's name; all without it.", valueName: "pipeline"))
    var name: String?

    @OptionGroup var selection: RejectSelection

    @Flag(help: "Also those that are fixed, waived or superseded by a later load.")
    var all = false

    func validate() throws {
        guard name != nil, selection.pipeline != nil else { return }
        throw ValidationError("the pipeline is named already: leave `--pipeline` out")
    }

    /// What was chosen.
    ///
    /// - Throws: `LedgerError` when the ledger knows no such pipeline; where there is no ledger, of any.
    func filter(among pipelines: PipelineDesk?) async throws -> RejectFilter {
        var selection = selection
        selection.pipeline = name ?? selection.pipeline
        guard let pipelines else {
            if let named = selection.pipeline {
                throw LedgerError.unknownPipeline(named, among: [])
            }
            return selection.filter
        }
        var filter = try await selection.filter(among: pipelines)
        filter.onlyOpen = !all
        return filter
    }
}
