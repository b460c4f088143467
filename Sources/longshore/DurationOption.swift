import ArgumentParser
import Foundation
import Pipelines
import Words

/// A length of time on the command line.
struct DurationOption: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Limits.duration(argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { DurationWords.written(duration) }
}

/// Time limits against what the broker allows.
extension Limits {
    private static let variable = "LONGSHORE_CONSUMER_TIMEOUT"

    /// How long the broker lets a delivery be unsettled: what the environment says, or half an hour.
    static func consumerTimeout() throws -> Duration {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
            return .seconds(1800)
        }
        guard let duration = Limits.duration(text) else {
            throw CommandFailure(
                .usage,
                "\(variable) is `\(text)`; expected a length of time: `30 s`, `5 min`, `6 h`"
            )
        }
        return duration
    }

    /// - Throws: when tasks may take longer than the broker allows.
    static func validate(_ limit: Duration) throws {
        let most = try consumerTimeout()
        guard limit >= most else { return }
        throw CommandFailure(
            .usage,
            "`--time-limit` is `\(DurationWords.written(limit))`, but \(advice(most)), and set a shorter limit"
        )
    }

    /// - Throws: when a table's tasks may take longer than the broker allows.
    static func refuseTooLong(in pipeline: Pipeline) throws {
        let most = try consumerTimeout()
        let limits = pipeline.tableLimits.sorted { $0.key < $1.key }
        for (table, limit) in [("", pipeline.limits)] + limits {
            guard let total = limit.total, total >= most else { continue }
            let name = table.isEmpty ? "the pipeline `\(pipeline.name)`" : "`\(table)`"
            throw CommandFailure(
                .badInput,
                "a task of \(name) may take `\(DurationWords.written(total))` (`limits: { total: … }`), but "
                    + "\(advice(most)), or lower the limit"
            )
        }
    }

    private static func advice(_ most: Duration) -> String {
        "the broker takes a delivery back after `\(DurationWords.written(most))`: raise `consumer_timeout` of RabbitMQ "
            + "and say so in \(variable)"
    }
}
