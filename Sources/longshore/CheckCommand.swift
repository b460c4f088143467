import ArgumentParser
import Console
import Foundation
import Pipelines
import Planning
import Survey

/// `longshore check`: everything that is wrong with a definition, at once; and with its sources, when
/// asked.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every problem of a pipeline's definition, with file, line and column.",
        discussion: """
            With `--sources` every source is opened too: columns are compared with the definition, \
            and a sample of rows goes through all cleaning and rules. Nothing is loaded, and no \
            warehouse is needed.
            """
    )

    @OptionGroup var argument: PipelineArgument

    @Flag(help: "Open the sources, and judge a sample of their rows.")
    var sources = false

    @Option(help: "How many rows of each input are judged at most.")
    var sample = 1_000

    @Option(
        help: """
            Periods whose inputs must be there: `2024-01..2024-03`; all that have ended unless said.
            """
    )
    var periods: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if sample < 1 { throw ValidationError("`--sample \(sample)`: at least 1") }
        if !sources && (periods != nil || output.json) {
            throw ValidationError("`--periods` and `--json` need `--sources`")
        }
    }

    func run() async throws {
        let pipeline = try argument.read().pipeline
        _ = try PlanGraph(pipeline, periods: [])
        if !output.json {
            Output.print(
                "\(pipeline.name): \(Wording.count(pipeline.dimensions.count, "dimension")), "
                    + "\(Wording.count(pipeline.facts.count, "fact")), "
                    + "\(Wording.count(pipeline.marts.count, "mart")); no problem found"
            )
        }
        guard sources else { return }
        let environment = ProcessInfo.processInfo.environment
        let report = try await SourceCheck(
            pipeline,
            folder: argument.folder,
            periods: try chosenPeriods(of: pipeline),
            sampleRows: sample,
            environment: { environment[$0] }
        )
        .run()
        if output.json {
            try output.printJSON(report)
        } else {
            Output.print(SourceReportView(report).text)
        }
        guard report.hasErrors else { return }
        throw CommandFailure(report.isOnlyUnavailable ? .unavailable : .badInput)
    }

    private func chosenPeriods(of pipeline: Pipeline) throws -> [Period] {
        guard let rule = pipeline.periods else { return [] }
        if let periods { return try PeriodSelection.parse(periods, grain: rule.grain) }
        let seconds = Date().timeIntervalSince1970
        return PeriodSelection.due(
            rule,
            states: [:],
            today: Day(number: Int((seconds / 86_400).rounded(.down)))
        )
    }
}
