import ArgumentParser
import SampleData

extension GenerateCommand {
    /// `longshore generate campaigns`.
    struct Campaigns: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "campaigns",
            abstract: "Campaigns of ads, contributions to them, and what an API tells of them."
        )

        @OptionGroup var common: Common

        @Option(help: "Campaigns.")
        var campaigns = 12

        @Option(help: "Contributions in all, each with a canvas.")
        var canvases = 60

        @Option(help: "Days, from 2024-01-01.")
        var days = 30

        func run() async throws {
            let sample = try CampaignSample(
                seed: common.seed,
                campaigns: campaigns,
                canvases: canvases,
                days: days,
                bad: common.bad
            )
            common.report(try sample.write(to: common.output))
        }
    }
}
