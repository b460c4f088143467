import Foundation
import Pipelines
import Planning
import Warehouse

/// The control table, completed by what definitions and files say now.
struct ListedPeriods {
    let ledger: PostgresLedger

    /// The periods of a pipeline, by its name or folder, or of all pipelines.
    func read(_ pipeline: String?) async throws -> [PeriodReport] {
        if let pipeline, let definition = try folder(pipeline) {
            let reports = try await ledger.periods(ofPipeline: definition.name)
            let path = URL(fileURLWithPath: pipeline).standardizedFileURL.path
            return try await complete(reports, of: definition, folder: path)
        }
        if let pipeline { try await ledger.requirePipeline(pipeline) }
        var reports = try await ledger.periods(ofPipeline: pipeline)
        for name in Set(reports.map(\.pipeline) + (pipeline.map { [$0] } ?? [])).sorted() {
            guard
                let newest = try await unlessUnreadable({
                    try await ledger.newestRequest(ofPipeline: name, by: Requester.name)
                })
            else { continue }
            reports = try await complete(reports, of: newest.pipeline, folder: newest.folder)
        }
        return reports
    }

    private func folder(_ path: String) throws -> Pipeline? {
        guard FileManager.default.fileExists(atPath: path + "/pipeline.yaml") else { return nil }
        return try PipelineArgument.read(path, parameters: [:]).pipeline
    }

    private func complete(
        _ reports: [PeriodReport],
        of pipeline: Pipeline,
        folder: String
    ) async throws -> [PeriodReport] {
        try await DueSurvey(
            pipeline,
            folder: folder,
            today: LoadSelection.today(of: pipeline),
            environment: PlanCommand.environment
        )
        .look(in: ledger)
        .completing(reports, of: pipeline)
    }

    /// Periods in a row that wait for their files as one row: `2024-03..2024-12`.
    static func shortened(_ reports: [PeriodReport]) -> [PeriodReport] {
        var short: [PeriodReport] = []
        for report in reports {
            guard report.state == .awaited, report.loadedBy == nil, let last = short.last,
                last.state == .awaited, last.loadedBy == nil, last.table == report.table
            else {
                short.append(report)
                continue
            }
            let first = last.period.split(separator: "..").first.map(String.init) ?? last.period
            short[short.count - 1].period = "\(first)..\(report.period)"
        }
        return short
    }
}
