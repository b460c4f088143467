import Extraction
import Foundation
import Pipelines

@testable import Survey

/// CSV files of one test, in a folder of its own.
struct Sheets {
    let folder: String

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("sheets-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
    }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ text: String, as name: String = "sheet.csv") throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Profiles a file of this text.
    func profile(_ text: String, limit: Int? = nil) async throws -> SourceProfile {
        try await SourceProfiler.profile(file: write(text), limit: limit)
    }

    /// The definition that is drafted for a table that reads one of its files.
    func draft(of name: String, as format: Format) async throws -> String {
        let extract = Extract(source: "drops", selection: .objects(pattern: name, format: format))
        let source = Source.files(folder: folder)
        let reader = try await Sources(
            ["drops": source],
            folder: folder,
            environment: SourceEnvironment { _ in nil }
        )
        .open(extract, period: nil, clock: SourceClock(zone: "UTC"))
        let profile = try await SourceProfiler.profile(reader, name: "table")
        let origin = DraftOrigin(extract, of: source, profile: profile)
        return try PipelineDraft(name: "draft", origins: [origin]).yaml
    }

    /// Profiles a file of one column.
    func column(_ values: [String]) async throws -> ColumnProfile {
        let lines = values.map { "x,\"" + $0.replacing("\"", with: "\"\"") + "\"" }
        let text = "k,v\n" + lines.joined(separator: "\n") + "\n"
        return try await profile(text).columns[1]
    }

    /// Where a file of this folder is, for a draft.
    func origin(_ name: String) async throws -> DraftOrigin {
        DraftOrigin(
            file: name,
            in: folder,
            beside: try FileManager.default.contentsOfDirectory(atPath: folder),
            profile: try await SourceProfiler.profile(file: folder + "/" + name)
        )
    }

    /// The definition that is drafted from files of this folder, and what it is read as.
    func draft(_ names: String...) async throws -> (yaml: String, pipeline: Pipeline) {
        var origins: [DraftOrigin] = []
        for name in names { origins.append(try await origin(name)) }
        let yaml = try PipelineDraft(name: "draft", origins: origins).yaml
        do {
            let bundle = DefinitionBundle(files: ["pipeline.yaml": yaml])
            return (yaml, try Definition(bundle: bundle).pipeline)
        } catch {
            throw DraftProblem(description: error.rendered() + "\n" + yaml)
        }
    }
}

/// A draft that is no definition.
struct DraftProblem: Error, CustomStringConvertible {
    var description: String
}
