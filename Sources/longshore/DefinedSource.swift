import Extraction
import Foundation
import Pipelines
import Rows
import Survey
import Words

/// What a table or source of a pipeline reads, to be profiled.
struct DefinedSource {
    let folder: String
    let name: String
    let period: String?
    let sources: SourceEnvironment

    /// Profiles what the table reads; of a source, what each of its tables reads.
    func profiled(rows: Int?) async throws -> [DraftOrigin] {
        var argument = PipelineArgument()
        argument.pipeline = folder
        argument.settings = []
        let pipeline = try argument.read().pipeline
        var origins: [DraftOrigin] = []
        for extract in try extracts(of: pipeline) {
            origins.append(try await profiled(extract, of: pipeline, in: argument.folder, rows))
        }
        return origins
    }

    private func extracts(of pipeline: Pipeline) throws -> [Extract] {
        var tables: [(name: String, extract: Extract)] = []
        for dimension in pipeline.dimensions {
            guard case .extract(let extract) = dimension.content else { continue }
            tables.append((dimension.name, extract))
        }
        tables += pipeline.facts.map { ($0.name, $0.extract) }
        var found: [Extract] = []
        for table in tables where table.name == name || table.extract.source == name {
            if !found.contains(table.extract) { found.append(table.extract) }
        }
        guard found.isEmpty else { return found }
        let names = tables.map(\.name) + pipeline.sources.keys.sorted()
        let question = NearestNames(to: name, among: names).question
        throw CommandFailure(
            .usage,
            "the pipeline `\(pipeline.name)` has no table or source `\(name)` that is read"
                + "\(question); it has " + names.inBackticks()
        )
    }

    private func profiled(
        _ extract: Extract,
        of pipeline: Pipeline,
        in folder: String,
        _ rows: Int?
    ) async throws -> DraftOrigin {
        guard let source = pipeline.sources[extract.source] else {
            preconditionFailure("a definition declares the sources of its extracts")
        }
        let slice = try chosenPeriod(of: pipeline)
        let reader = try await Sources(
            pipeline.sources,
            credentials: pipeline.credentials,
            folder: folder,
            environment: sources
        )
        .open(
            extract,
            period: slice,
            clock: SourceClock(
                of: pipeline,
                fact: pipeline.facts.first { $0.extract == extract }?.name
            )
        )
        let profile = try await SourceProfiler.profile(reader, name: title(extract), limit: rows)
        return DraftOrigin(extract.filled(with: slice), of: source, profile: profile)
    }

    private func title(_ extract: Extract) -> String {
        "\(extract.source): \(extract.pattern ?? extract.calls?.path.text ?? "the query of \(name)")"
    }

    private func chosenPeriod(of pipeline: Pipeline) throws -> Period? {
        guard let rule = pipeline.periods else { return nil }
        guard let period else { return rule.first }
        guard let chosen = Period(period, grain: rule.grain) else {
            throw CommandFailure(
                .usage,
                "`\(period)` is no \(rule.grain.rawValue); as `\(rule.first.label)` is expected"
            )
        }
        return chosen
    }
}
