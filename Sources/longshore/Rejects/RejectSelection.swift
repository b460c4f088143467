import ArgumentParser
import Ledger

/// Which rejects a command is about: those that fit every option.
struct RejectSelection: ParsableArguments {
    @Option(help: "Only those of this pipeline.")
    var pipeline: String?

    @Option(help: "Only those of this load.")
    var load: Int64?

    @Option(help: "Only those that break this rule: `required`, `references`, `grain`, …")
    var rule: String?

    @Option(help: "Only those of this period: `2024-01`.")
    var period: String?

    @Option(help: "Only those meant for this table: `fact_call`, `callcenter.fact_call`.")
    var table: String?

    @Option(help: "Only those of this file or source.")
    var source: String?

    /// What was chosen, of open rejects.
    var filter: RejectFilter {
        var filter = RejectFilter()
        filter.pipeline = pipeline
        filter.load = load
        filter.rule = rule
        filter.period = period
        filter.table = table
        filter.source = source
        return filter
    }

    /// Whether nothing was chosen, so that every reject fits.
    var isEmpty: Bool { filter == RejectFilter() }

    /// What was chosen, of a pipeline that the ledger knows.
    ///
    /// - Throws: `LedgerError` when the ledger knows no such pipeline.
    func filter(among pipelines: PipelineDesk) async throws -> RejectFilter {
        if let pipeline { try await pipelines.require(pipeline) }
        return filter
    }
}
