import ArgumentParser
import Console
import Foundation
import Inquiry
import Ledger
import Pipelines
import Schedules

/// `longshore schedules next`: when a schedule is fired next.
struct SchedulesNextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show when a schedule is fired next, by its own clock and in UTC.",
        discussion: """
            Of a pipeline's name the registered schedule is meant; of its folder, the one that is written \
            there, and no server is asked.
            """
    )

    @Argument(help: "A pipeline's name, or its folder.")
    var pipeline: String

    @Option(help: "How many firings to show.")
    var count = 5

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1000).contains(count) else {
            throw ValidationError("`--count` must be from 1 to 1000")
        }
    }

    /// A firing to come.
    private struct Coming: Encodable {
        var local: String
        var zone: String
        var utc: String
    }

    func run() async throws {
        let (schedule, now) = try await known()
        let times = try ScheduleClock(of: schedule).times
        let coming = times.times(after: now, through: .max, limit: count)
            .map { instant in
                Coming(
                    local: times.localTime(at: instant),
                    zone: schedule.zone,
                    utc: WrittenTime.text(instant)
                )
            }
        guard !output.json else { return try output.printJSON(coming) }
        for firing in coming { Output.print("\(firing.local) \(firing.zone)  (\(firing.utc) UTC)") }
    }

    private func known() async throws -> (schedule: Schedule, now: Int) {
        guard FileManager.default.fileExists(atPath: pipeline + "/pipeline.yaml") else {
            return try await options.fleet().inForeground()
                .readingLedger { ledger in
                    (
                        try await ledger.schedules.schedule(of: pipeline),
                        try await ledger.schedules.now()
                    )
                } whereNone: {
                    throw LedgerError.unknownSchedule(pipeline)
                }
        }
        guard
            let schedule = try PipelineArgument.read(pipeline, parameters: [:]).pipeline.schedule
        else {
            throw CommandFailure(
                .badInput,
                "the definition in `\(pipeline)` has no schedule: write one, as in "
                    + "`schedule: { cron: \"0 2 * * *\" }`"
            )
        }
        return (schedule, Int(Date().timeIntervalSince1970))
    }
}
