import Alerts
import ArgumentParser
import Console
import Foundation
import Pipelines
import Planning

/// `longshore alerts test`: tells each target of a definition that nothing is wrong.
struct AlertsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a harmless alert to each target of a definition.",
        discussion: """
            It is sent by this process: give it the variables and the network that coordinators have. An \
            Alertmanager gets an alert `longshore_overdue` that has ended already.
            """
    )

    @OptionGroup var argument: PipelineArgument
    @OptionGroup var access: SourceOptions

    func run() async throws {
        let pipeline = try argument.read().pipeline
        guard !pipeline.alerts.isEmpty else { throw CommandFailure.noAlerts(in: pipeline) }
        let targets = AlertTargets(environment: try access.sources())
        var failures = 0
        var tried: Set<AlertTarget> = []
        for target in pipeline.alerts.map(\.target) where tried.insert(target).inserted {
            do {
                try await targets.tell(Self.message(to: target, of: pipeline.name))
                Output.print("told \(target.words)")
            } catch let failure as AlertFailure {
                failures += 1
                Output.print("not told: \(failure)")
            }
        }
        guard failures == 0 else {
            throw CommandFailure(.unavailable, "a test alert could not be told to every target")
        }
    }

    private static func message(to target: AlertTarget, of pipeline: String) -> AlertMessage {
        let now = ISO8601DateFormatter().string(from: Date())
        return AlertMessage(
            id: 0,
            fence: 0,
            identity: "test.\(UUID().uuidString)",
            target: target,
            pipeline: pipeline,
            isOver: true,
            alerts: [
                Alert(
                    id: 0,
                    rule: .overdue,
                    pipeline: pipeline,
                    summary: "a test of `longshore alerts test`: nothing is wrong",
                    since: now,
                    over: now,
                    overBecause: "a test of `longshore alerts test`: nothing is wrong"
                )
            ],
            written: now
        )
    }
}

extension CommandFailure {
    /// A definition that tells nobody.
    static func noAlerts(in pipeline: Pipeline) -> CommandFailure {
        CommandFailure(
            .badInput,
            "the definition of `\(pipeline.name)` has no alerts: write some, as in "
                + "`alerts: [{ on: all, to: { webhook: \"${ALERTS_URL}\" } }]`"
        )
    }
}
