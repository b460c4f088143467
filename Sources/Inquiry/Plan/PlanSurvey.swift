import Digests
public import Extraction
public import Ledger
import Pipelines
public import Planning
import Postgres
import Rows
import StarSchema
import Words

/// Looks at all that a load would rest on.
public struct PlanSurvey: Sendable {
    private let pipeline: Pipeline
    private let request: LoadRequest

    /// A survey of what `request` asks for.
    public init(_ request: LoadRequest) {
        pipeline = request.pipeline
        self.request = request
    }

    /// What the survey cannot see: tables whose rows come from a query, and the query's source.
    public var uncovered: [String] {
        pipeline.extracts
            .filter { table, extract in !extract.readsObjects }
            .map { table, extract in "the rows that `\(extract.source)` gives for `\(table)`" }
    }

    /// Reads every input file, and asks the ledger; `environment` gives the value of `${NAME}` in
    /// sources' texts.
    public func fingerprint(
        in ledger: LedgerDesks,
        environment: SourceEnvironment
    ) async throws -> PlanFingerprint {
        let files = await fileParts(environment)
        let standing = PlanStanding(pipeline: pipeline, periods: request.periods)
        let known = try await ledger.client.transaction { try await standing.parts(on: $0) }
        return PlanFingerprint(definitionParts + files + known)
    }

    // MARK: Definition

    private var definitionParts: [PlanFingerprint.Part] {
        let files = request.definition.files.map { name, text in
            PlanFingerprint.Part(
                .definition,
                name,
                "SHA-256 " + SHA256.hexadecimal(Array(text.utf8)).prefix(12)
            )
        }
        let parameters = request.definition.parameters.map { name, value in
            PlanFingerprint.Part(.parameter, name, "`\(value)`")
        }
        let labels = request.periods.map(\.label)
        return files + parameters + [
            PlanFingerprint.Part(
                .periods,
                "",
                labels.isEmpty ? "none" : labels.joined(separator: ", ")
            )
        ]
    }

    // MARK: Files

    /// Each file once, whatever number of tables is read from it; of a pattern that fits no file, that
    /// it does not.
    private func fileParts(
        _ environment: SourceEnvironment
    ) async -> [PlanFingerprint.Part] {
        var values: [ExactText: String] = [:]
        let sources = Sources(
            pipeline.sources,
            credentials: pipeline.credentials,
            folder: request.folder,
            environment: environment,
            listings: FolderListings()
        )
        for place in places {
            let extract = place.extract
            guard let pattern = extract.pattern else { continue }
            do {
                let files = try await sources.inspect(
                    extract,
                    period: place.period,
                    explains: false
                )
                for file in files ?? [] {
                    values[ExactText("\(extract.source)/\(file.name)")] = file.words
                }
            } catch {
                let label = place.period.map { " of \($0.label)" } ?? ""
                values[ExactText("\(extract.source)/\(pattern)\(label)")] = "not to be read"
            }
        }
        return values.map { PlanFingerprint.Part(.file, $0.key.text, $0.value) }
    }

    /// Extracts of files with the periods that are read, each once.
    private var places: Set<Place> {
        Set(
            pipeline.extracts.flatMap { _, extract in
                guard extract.readsObjects, extract.isCutByPeriod else {
                    return [Place(extract: extract, period: nil)]
                }
                return request.periods.map { Place(extract: extract, period: $0) }
            }
        )
    }

    private struct Place: Hashable {
        let extract: Extract
        let period: Period?
        private let pattern: ExactText?

        init(extract: Extract, period: Period?) {
            (self.extract, self.period) = (extract, period)
            pattern = extract.pattern.map { ExactText($0) }
        }
    }
}

extension InputSummary {
    /// `93 bytes (sha256 6c0f…)`.
    fileprivate var words: String { "\(size) bytes (sha256 \(digest))" }
}
