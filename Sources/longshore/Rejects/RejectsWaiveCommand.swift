import ArgumentParser
import Console
import Ledger
import Words

/// `longshore rejects waive`: somebody has looked, and the rows may stay out.
struct RejectsWaiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waive",
        abstract: "Settle open rejects: somebody has looked, and the rows may stay out.",
        discussion: "The ledger keeps who, when and why. A later load that reads the rows again "
            + "refuses them again."
    )

    @Argument(help: "Numbers of rejects; without them, all that the options choose.")
    var rejects: [Int64] = []

    @OptionGroup var selection: RejectSelection

    @Option(help: "Why they may stay out.")
    var reason: String

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) {
            throw ValidationError("`--reason` is empty: say why the rows may stay out")
        }
        if rejects.isEmpty, selection.isEmpty {
            throw ValidationError("say which rejects: their numbers, or `--rule`, `--period`, …")
        }
        if rejects.isEmpty, selection.pipeline == nil, selection.load == nil {
            throw ValidationError(
                "say of which pipeline: `--pipeline NAME`, or `--load`; without it those of every "
                    + "pipeline would be waived"
            )
        }
    }

    func run() async throws {
        let waived = try await options.fleet()
            .withLedger { ledger in
                var filter = try await selection.filter(among: ledger.pipelines)
                if !rejects.isEmpty { filter.rejects = rejects }
                return try await ledger.rejects.waive(filter, reason: reason, by: Requester.name)
            }
        if output.json {
            try output.printJSON(waived)
        } else {
            Output.print("\(counted(waived.count, "reject")) waived")
        }
        try refuseOthers(than: waived)
    }

    /// Numbers that were given and are no open rejects are a mistake worth an exit code.
    private func refuseOthers(than waived: [Int64]) throws {
        let others = Set(rejects).subtracting(waived).sorted().map(String.init)
        guard !others.isEmpty else { return }
        throw CommandFailure(
            .usage,
            "not open, or no such reject: \(others.inBackticks()); "
                + "`longshore rejects list --all` lists them"
        )
    }
}
