import Digests
public import Extraction
import Pipelines
public import Planning
import Postgres

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
        in ledger: PostgresLedger,
        environment: SourceEnvironment
    ) async throws -> PlanFingerprint {
        let files = await fileParts(environment)
        let known = try await ledger.transaction { try await self.ledgerParts(on: $0) }
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
        var values: [String: String] = [:]
        let sources = Sources(
            pipeline.sources,
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
                    values["\(extract.source)/\(file.name)"] = file.words
                }
            } catch {
                let label = place.period.map { " of \($0.label)" } ?? ""
                values["\(extract.source)/\(pattern)\(label)"] = "not to be read"
            }
        }
        return values.map { PlanFingerprint.Part(.file, $0.key, $0.value) }
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
    }

    // MARK: Ledger

    /// Dimensions, and the selected periods of facts, as the control table has them.
    func ledgerParts(on connection: PostgresConnection) async throws -> [PlanFingerprint.Part] {
        let rows = try await connection.query(
            """
            select c.table_name, c.period, c.state, c.loaded_by, c.revision, l.id as running
            from longshore.control c
            left join longshore.load l on l.id = c.claimed_by and l.state = 'running'
                and l.id is distinct from c.loaded_by
            where c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name) and (c.kind = 'dimension'
                or c.kind = 'fact' and (c.period = '' or c.period = any(\(request.periods.map(\.label))::text[])))
            """
        )
        var known: [String: String] = [:]
        for row in rows {
            let name = try [row.text("table_name"), row.text("period")]
                .filter { !$0.isEmpty }.joined(separator: " ")
            known[name] = try Self.words(row)
        }
        let losses = try await LossSurvey(pipeline: pipeline, connection: connection).run()
        for lost in losses.dimensions { known[lost.dimension.table]? += ", \(lost.reason)" }
        for slice in losses.slices {
            let name = [slice.table, slice.period].filter { !$0.isEmpty }.joined(separator: " ")
            known[name]? += ", \(slice.reason)"
        }
        let dimensions = pipeline.dimensions.map { (PlanFingerprint.Kind.dimension, $0.table) }
        let facts = pipeline.facts.flatMap { fact in
            fact.periodColumn == nil
                ? [(PlanFingerprint.Kind.period, fact.table)]
                : request.periods.map { (.period, "\(fact.table) \($0.label)") }
        }
        return (dimensions + facts)
            .map { PlanFingerprint.Part($0, $1, known[$1] ?? Self.neverLoaded) }
    }

    private static let neverLoaded = "pending"

    /// `loaded by load 3, revision 2`.
    private static func words(_ row: PostgresRow) throws -> String {
        var words = try row.text("state")
        if let load = try row.optionalInteger("loaded_by", as: Int64.self) {
            words += " by load \(load)"
        }
        let revision = try row.integer("revision", as: Int64.self)
        if revision > 0 { words += ", revision \(revision)" }
        if let running = try row.optionalInteger("running", as: Int64.self) {
            words += ", claimed by load \(running), which is running"
        }
        return words
    }
}

extension InputSummary {
    /// `93 bytes (sha256 6c0f…)`.
    fileprivate var words: String { "\(size) bytes (sha256 \(digest))" }
}
