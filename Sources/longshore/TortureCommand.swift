import ArgumentParser
import Console
import Foundation
import Torture
import Words

/// `longshore torture`: prove the promise on this machine.
struct TortureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torture",
        abstract: "Load while processes, servers and the network fail, and check what is left.",
        discussion: """
            Starts a private stack of its own, loads the call centre's example once undisturbed, and \
            then once for each case: workers killed at every step or frozen, servers killed, \
            connections cut, messages lost and doubled. After each case the invariants are checked. \
            Nothing but the campaign's folder is touched.

            Exit codes: 0 every case was as expected; 1 some was not.
            """
    )

    @Option(help: "Seed of the order and of everything random; a random one without it.")
    var seed: UInt64?

    @Option(help: "Begin no case after this many minutes.")
    var minutes: Int?

    @Option(name: .customLong("case"), help: "Only cases whose name begins with this.")
    var filter: String?

    @Option(help: "Cases to run at a time, of those that leave the servers alone.")
    var parallel = 2

    @Option(help: "The call centre's pipeline.")
    var pipeline = "pipelines/callcenter"

    @Option(help: "Folder of the campaign: stack, sources, logs of what went wrong.")
    var folder = ".longshore-torture"

    @Flag(help: "Only list the cases.")
    var list = false

    func validate() throws {
        guard parallel >= 1 else { throw ValidationError("`--parallel` must be at least 1") }
        guard let filter, !Campaign.names.contains(where: { $0.hasPrefix(filter) }) else { return }
        throw ValidationError(
            "no case's name begins with `\(filter)`; `longshore torture --list` names them"
        )
    }

    func run() async throws {
        if list {
            for name in Campaign.names { Output.print(name) }
            return
        }
        let seed = seed ?? UInt64(UInt32.random(in: .min ... .max))
        Output.print("seed \(seed)")
        let campaign = Campaign(
            .init(
                seed: seed,
                limit: minutes.map { .seconds($0 * 60) },
                filter: filter,
                parallel: parallel
            ),
            folder: absolute(folder),
            program: CommandLine.arguments[0].contains("/")
                ? absolute(CommandLine.arguments[0]) : "/proc/self/exe",
            pipeline: absolute(pipeline)
        )
        let verdicts = try await campaign.run { Self.show($0) }
        let wrong = verdicts.filter { !$0.isAsExpected }
        for line in [""] + Summary(of: verdicts).lines + [""] { Output.print(line) }
        Output.print(
            "\(counted(verdicts.count, "case")), \(verdicts.count - wrong.count) as expected"
        )
        guard wrong.isEmpty else {
            Output.print("To replay one: longshore torture --seed \(seed) --case \(wrong[0].name)")
            throw ExitCode(1)
        }
    }

    private static func show(_ verdict: Verdict) {
        let seconds = DurationWords.inSeconds
        var line = verdict.isAsExpected ? "ok     " : "WRONG  "
        line += verdict.name.padding(toLength: 36, withPad: " ", startingAt: 0)
        line += "  \(verdict.expected), \(counted(verdict.deaths, "death")), "
        line += "recovered in \(seconds(verdict.recovery)) of \(seconds(verdict.time))"
        let lines = [line] + verdict.violations.map { "         \($0)" }
        // At once, also into a pipe: a campaign takes long.
        Output.print(lines.joined(separator: "\n"))
    }

    private func absolute(_ path: String) -> String {
        URL(filePath: path, directoryHint: .inferFromPath).standardizedFileURL.path
    }
}
