import ArgumentParser
import Console
import SampleData
import Words

/// `longshore generate`: sources for the example pipelines.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write source files for the example pipelines.",
        discussion: "The same seed gives the same bytes. `expected.json` tells every bad row.",
        subcommands: [
            CallCenter.self, Invoices.self, Sales.self, Finance.self, Campaigns.self,
        ]
    )

    /// What all generators take.
    struct Common: ParsableArguments {
        @Option(help: "The seed: the same one gives the same files.")
        var seed: UInt64 = 7

        @Option(help: "The share of bad rows, such as 0.5%.", transform: share)
        var bad = BadShare.none

        @Option(help: "The folder to write to.")
        var output = "data"

        private static func share(_ text: String) throws -> BadShare {
            guard let share = BadShare(text) else {
                throw ValidationError("`--bad \(text)` is not a share: write one such as `0.5%`")
            }
            return share
        }

        func report(_ files: [AnswerSheet.FileTotals]) {
            let rows = files.reduce(0) { $0 + $1.read }
            let written = counted(files.count, "file")
            Output.print("Wrote \(written) with \(counted(rows, "row")) to \(output)")
        }
    }

    /// `longshore generate callcenter`.
    struct CallCenter: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "callcenter",
            abstract: "Agents, clients and calls of a micro-credit lender."
        )

        @OptionGroup var common: Common

        @Option(help: "Months of calls, from 2024-01.")
        var months = 12

        @Option(help: "Calls in all.")
        var calls = 100_000

        @Option(help: "Clients; default: one for twelve calls.")
        var clients: Int?

        func run() async throws {
            let sample = try CallCenterSample(
                seed: common.seed,
                months: months,
                calls: calls,
                clients: clients,
                bad: common.bad
            )
            common.report(try sample.write(to: common.output))
        }
    }

    /// `longshore generate invoices`.
    struct Invoices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "invoices",
            abstract: "One flat file of invoice lines."
        )

        @OptionGroup var common: Common

        @Option(help: "Invoice lines.")
        var rows = 5_000

        func run() async throws {
            let sample = try InvoiceSample(seed: common.seed, rows: rows, bad: common.bad)
            common.report(try sample.write(to: common.output))
        }
    }
}
