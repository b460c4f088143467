import ArgumentParser
import SampleData

extension GenerateCommand {
    /// `longshore generate finance`.
    struct Finance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "finance",
            abstract: "Customers, accounts, transactions and investments of a bank, a folder a day."
        )

        @OptionGroup var common: Common

        @Option(help: "New customers of a day, on average.")
        var customers = 100

        @Option(help: "Transactions of a day, on average; investments are half as many.")
        var transactions = 200

        @Option(help: "Days, from 2024-01-01.")
        var days = 30

        func run() async throws {
            let sample = try FinanceSample(
                seed: common.seed,
                customers: customers,
                transactions: transactions,
                days: days,
                bad: common.bad
            )
            common.report(try sample.write(to: common.output))
        }
    }
}
