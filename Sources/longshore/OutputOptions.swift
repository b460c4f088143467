import ArgumentParser
import Console
import Views

/// How a command prints what it found.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for machines.")
    var json = false

    /// Prints a value as JSON with sorted keys in snake_case.
    func printJSON(_ value: some Encodable) throws {
        Output.json(try Output.jsonText(of: value) + "\n")
    }

    /// Does what a command that loads is there for; where it ends in an error without having printed an
    /// object, prints that nothing was loaded and why; `pipeline` is only asked for then.
    func printingRefusal(
        of pipeline: @autoclosure () -> String,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch {
            guard json else { throw error }
            let failure = CommandFailure(error)
            if failure?.isPrinted == true { throw error }
            try printJSON(
                LoadOutcome(
                    .refused,
                    pipeline: pipeline(),
                    error: LoadOutcome.Problem(
                        exitCode: failure?.code.rawValue ?? CommandFailure.Code.usage.rawValue,
                        message: failure?.message ?? String(describing: error)
                    )
                )
            )
            throw error
        }
    }
}
