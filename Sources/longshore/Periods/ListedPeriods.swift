import Extraction
import Foundation
import Inquiry
import Ledger
import Pipelines
import Planning
import StarSchema

/// The control table, completed by what definitions and files say now.
struct ListedPeriods {
    /// By pipeline, table and period.
    private(set) var reports: [PeriodReport] = []
    /// Files of periods that nobody has asked for, a line for each; of all pipelines, with their names.
    private(set) var notes: [String] = []
    private let ledger: PostgresLedger
    private let sources: SourceEnvironment

    /// Reads the periods of a pipeline, by its name or folder, or of all pipelines.
    init(
        of pipeline: String?,
        in ledger: PostgresLedger,
        sources: SourceEnvironment
    ) async throws {
        self.ledger = ledger
        self.sources = sources
        if let pipeline, let definition = try Self.folder(pipeline) {
            reports = try await ledger.periods(ofPipeline: definition.name)
            let path = URL(fileURLWithPath: pipeline).standardizedFileURL.path
            try await complete(by: definition, folder: path)
            return
        }
        if let pipeline { try await ledger.requirePipeline(pipeline) }
        reports = try await ledger.periods(ofPipeline: pipeline)
        for name in Set(reports.map(\.pipeline) + (pipeline.map { [$0] } ?? [])).sorted() {
            guard
                let newest = try await unlessUnreadable({
                    try await ledger.newestRequest(ofPipeline: name, by: Requester.name)
                })
            else { continue }
            try await complete(
                by: newest.pipeline,
                folder: newest.folder,
                naming: pipeline == nil
            )
        }
    }

    private static func folder(_ path: String) throws -> Pipeline? {
        guard FileManager.default.fileExists(atPath: path + "/pipeline.yaml") else { return nil }
        return try PipelineArgument.read(path, parameters: [:]).pipeline
    }

    private mutating func complete(
        by pipeline: Pipeline,
        folder: String,
        naming isNamed: Bool = false
    ) async throws {
        let due = try await DueSurvey(
            pipeline,
            folder: folder,
            today: LoadSelection.today(of: pipeline),
            environment: sources
        )
        .look(in: ledger)
        reports = due.completing(reports, of: pipeline)
        let lines = due.laterLines() + (due.refusal.map { [$0.description] } ?? [])
        notes += lines.map { isNamed ? "\(pipeline.name): \($0)" : $0 }
    }
}
