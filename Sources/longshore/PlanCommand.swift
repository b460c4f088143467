import ArgumentParser
import Console
import Pipelines
import Planning
import Warehouse

/// `longshore plan`: what a load would do, without doing it.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show the tasks of a load and what each needs, without loading."
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var selection: LoadSelection
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let pipeline = try argument.read().pipeline
        let periods = try await periods(of: pipeline)
        let graph = try PlanGraph(pipeline, periods: periods)
        if output.json {
            try output.printJSON(graph.tasks.indices.map { PlannedTask(graph, $0) })
            return
        }
        var table = TextTable([
            ("task", .right), ("kind", .left), ("table", .left), ("period", .left),
            ("needs", .left),
        ])
        for ordinal in graph.tasks.indices {
            let task = PlannedTask(graph, ordinal)
            table.add([
                String(ordinal), task.kind, task.name, task.period,
                task.needs.map(String.init).joined(separator: " "),
            ])
        }
        print(table.lines.joined(separator: "\n"))
        print("\(Wording.count(graph.tasks.count, "task")); nothing has been loaded")
    }

    /// Only the control table knows which periods are due; what the user names needs no server.
    private func periods(of pipeline: Pipeline) async throws -> [Period] {
        if let text = selection.periods, let rule = pipeline.periods {
            return try PeriodSelection.parse(text, grain: rule.grain)
        }
        guard pipeline.periods != nil else { return [] }
        let ledger = PostgresLedger(try await options.fleet().postgres)
        let periods = try await selection.periods(of: pipeline, in: ledger)
        await ledger.close()
        return periods
    }
}

private struct PlannedTask: Encodable {
    let task: Int
    let kind: String
    let name: String
    let period: String
    let needs: [Int]

    init(_ graph: PlanGraph, _ ordinal: Int) {
        let planned = graph.tasks[ordinal]
        task = ordinal
        kind = planned.kind.rawValue
        name = planned.name
        period = planned.period?.label ?? ""
        needs = Array(graph.needs(of: ordinal))
    }
}
