import ArgumentParser
import Console
import Ledger
import Planning
import Words

/// `longshore exports retry`: deliver once more.
struct ExportsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Deliver again what the target has refused or has not taken yet.",
        discussion: """
            It is delivered as a newer revision, by the newest load that has a delivery of the export: that load \
            is running again, and a `longshore coordinator` takes it up, or `longshore resume`. With `--all` also what \
            was delivered or dropped, as after somebody has emptied the target. A key that is named is delivered \
            whatever has become of it.
            """
    )

    @OptionGroup var selection: EffectSelection

    @Flag(help: "Also what is delivered or dropped.")
    var all = false

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let retry = try await options.fleet()
            .withLedger { ledger in
                let filter = try await selection.filter(
                    in: all ? [] : [.open, .dead],
                    among: ledger
                )
                return try await ledger.effects.retry(filter)
            }
        if output.json { return try output.printJSON(retry) }
        let loads = retry.loads.map(String.init).joined(separator: ", ")
        let who = retry.loads.isEmpty ? "" : " by load \(loads), which runs again"
        Output.print("\(counted(retry.effects, "effect")) will be delivered\(who)")
    }
}
