public import Ledger
import Pipelines
import Planning
import Postgres

extension PeriodDesk {
    /// The control table's facts, of one pipeline or all; and the marts that are behind them.
    ///
    /// What is loaded by the table, and not there any more, is stale.
    public func reports(ofPipeline pipeline: String?) async throws -> [PeriodReport] {
        var periods = try await recorded(ofPipeline: pipeline)
        for name in Set(periods.map(\.pipeline)).sorted() {
            guard
                let known = try await unlessUnreadable({
                    try await PipelineDesk(client).newestDefinition(ofPipeline: name)
                })
            else { continue }
            let losses = try await surveyedLosses(of: known)
            guard !losses.slices.isEmpty else { continue }
            for index in periods.indices where periods[index].pipeline == name {
                periods[index].correct(by: losses, schema: known.schema)
            }
        }
        return periods
    }

    private func surveyedLosses(of pipeline: Pipeline) async throws -> Losses {
        try await client.transaction { connection in
            try await LossSurvey(pipeline: pipeline, connection: connection).run()
        }
    }
}

extension PeriodReport {
    /// Says what the control table does not know yet.
    fileprivate mutating func correct(by losses: Losses, schema: String) {
        guard table.hasPrefix(schema + "."),
            let slice = losses.slice(String(table.dropFirst(schema.count + 1)), period)
        else { return }
        if slice.isGone { rows = nil }
        guard state == .loaded || state == .closed else { return }
        state = slice.effectiveState
        reason = [reason, slice.reason].compactMap(\.self).joined(separator: "; ")
    }
}
