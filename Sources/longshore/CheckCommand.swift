import ArgumentParser
import Pipelines
import Planning

/// `longshore check`: everything that is wrong with a definition, at once.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every problem of a pipeline's definition, with file, line and column."
    )

    @OptionGroup var argument: PipelineArgument

    func run() async throws {
        let pipeline = try argument.read().pipeline
        _ = try PlanGraph(pipeline, periods: [])
        print(
            "\(pipeline.name): \(pipeline.dimensions.count) dimensions, "
                + "\(pipeline.facts.count) facts, \(pipeline.marts.count) marts; no problem found"
        )
    }
}
