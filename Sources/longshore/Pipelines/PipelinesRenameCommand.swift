import ArgumentParser
import Console
import Ledger
import Pipelines
import Words

/// `longshore pipelines rename`: another name for a pipeline, with all that was loaded under the old one.
struct PipelinesRenameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename",
        abstract: "Give a pipeline another name, with its loads, periods, rejects and tables.",
        discussion: """
            The tables and their schema stay as they are; only the ledger is changed, at once or not at \
            all. Then change the name in `pipeline.yaml`, too. Nothing has to be loaded again.

            It is refused while a load of the pipeline is running, and when the ledger has a pipeline \
            of the new name already.

            Exit codes: 0; 64 there is no such pipeline; 65 the new name is taken; 75 a load is running.
            """
    )

    @Argument(help: "The name that the pipeline has.")
    var old: String

    @Argument(help: "The name that it gets.")
    var new: String

    @Flag(help: "Let two pipelines be one for good, where the ledger has one of the new name.")
    var merge = false

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if old == new { throw ValidationError("both names are `\(old)`") }
        guard let problem = PipelineName.problem(with: new) else { return }
        throw ValidationError("`\(new)` is no name of a pipeline: \(problem)")
    }

    func run() async throws {
        let rename = try await options.fleet()
            .withLedger { try await $0.pipelines.rename(old, to: new, merging: merge) }
        if output.json { return try output.printJSON(rename) }
        guard rename.isNew else {
            return Output.print(
                "Nothing to do: the ledger has a pipeline \(new), and none called \(old)."
            )
        }
        Output.print("\(old) is called \(new) now, with \(counted(rename.loads, "load")).")
        let schema = schema(rename.schemas)
        Output.print("In its pipeline.yaml, write `pipeline: \(new)`\(schema).")
    }

    /// Without a schema of its own a pipeline has one of its name: then its tables would not be found.
    private func schema(_ schemas: [String]) -> String {
        guard schemas.count == 1, let schema = schemas.first else { return "" }
        return schema == new ? "" : ", and keep its schema: `warehouse: { schema: \(schema) }`"
    }
}
