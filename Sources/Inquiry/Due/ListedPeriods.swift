public import Extraction
public import Ledger
public import Pipelines
import Planning
import StarSchema

/// The control table, completed by what definitions and files say now.
public struct ListedPeriods: Sendable {
    /// By pipeline, table and period.
    public private(set) var reports: [PeriodReport]
    /// Dimensions of which something is gone, and files of periods that nobody has asked for, a line for each; of all
    /// pipelines, with their names.
    public private(set) var notes: [String] = []
    private let ledger: LedgerDesks?
    private let sources: SourceEnvironment

    /// Reads the periods of a pipeline by the definition in its folder, which is an absolute path; where there is no
    /// ledger, nothing is loaded.
    public init(
        of definition: Pipeline,
        folder: String,
        in ledger: LedgerDesks?,
        sources: SourceEnvironment
    ) async throws {
        self.ledger = ledger
        self.sources = sources
        reports = try await ledger?.periods.reports(ofPipeline: definition.name) ?? []
        try await complete(by: definition, folder: folder)
    }

    /// Reads the periods of a pipeline by its name, or of all pipelines, each by the definition of its
    /// newest load; `person` is who asks.
    ///
    /// - Throws: ``LedgerError`` for a pipeline that has never been loaded.
    public init(
        ofPipeline pipeline: String?,
        by person: String,
        in ledger: LedgerDesks?,
        sources: SourceEnvironment
    ) async throws {
        self.ledger = ledger
        self.sources = sources
        guard let ledger else {
            if let pipeline { throw LedgerError.unknownPipeline(pipeline, among: []) }
            reports = []
            return
        }
        if let pipeline { try await ledger.pipelines.require(pipeline) }
        reports = try await ledger.periods.reports(ofPipeline: pipeline)
        for name in Set(reports.map(\.pipeline) + (pipeline.map { [$0] } ?? [])).sorted() {
            guard
                let newest = try await unlessUnreadable({
                    try await ledger.pipelines.newestRequest(ofPipeline: name, by: person)
                })
            else { continue }
            try await complete(
                by: newest.pipeline,
                folder: newest.folder,
                naming: pipeline == nil
            )
        }
    }

    private mutating func complete(
        by pipeline: Pipeline,
        folder: String,
        naming isNamed: Bool = false
    ) async throws {
        let survey = try DueSurvey(
            pipeline,
            folder: folder,
            today: pipeline.today(),
            environment: sources
        )
        let due =
            if let ledger { try await survey.look(in: ledger) } else { await survey.unloaded() }
        reports = due.completing(reports, of: pipeline)
        let lines =
            due.dimensionLines + due.laterLines() + (due.refusal.map { [$0.description] } ?? [])
        notes += lines.map { isNamed ? "\(pipeline.name): \($0)" : $0 }
    }
}
