import ArgumentParser
import SampleData

extension GenerateCommand {
    /// `longshore generate sales`.
    struct Sales: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sales",
            abstract: "Customers, salespeople, stores and sales of a chain of shops."
        )

        @OptionGroup var common: Common

        @Option(help: "Months of sales, from 2024-01.")
        var months = 12

        @Option(help: "Sales in all.")
        var sales = 100_000

        @Option(help: "Customers; default: one for twelve sales.")
        var customers: Int?

        func run() async throws {
            let sample = try SalesSample(
                seed: common.seed,
                months: months,
                sales: sales,
                customers: customers,
                bad: common.bad
            )
            common.report(try sample.write(to: common.output))
        }
    }
}
