public import Pipelines

/// Opens what an extract reads.
///
/// - Parameters:
///   - extract: What is read.
///   - source: Where it is.
///   - period: The slice of time; `nil` for what is loaded whole.
///   - folder: The pipeline's folder, which a relative folder of a source is in.
///   - environment: Knows the values of `${…}`.
/// - Returns: A reader that knows its header.
/// - Throws: ``ExtractionError``, and of a database `PostgresError`.
public func openReader(
    _ extract: Extract,
    source: Source,
    period: Period?,
    folder: String,
    environment: @escaping @Sendable (String) -> String?
) async throws -> any RowReader {
    let environment = Environment(environment)
    switch (extract.input, source) {
    case (.csv(let pattern, let dialect), .files(let template)):
        let place = try environment.resolve(template)
        let files = FileSource(folder: place.hasPrefix("/") ? place : folder + "/" + place)
        return try FileRowReader(
            source: files,
            files: try files.files(matching: FilePattern(pattern, period: period)),
            dialect: dialect
        )
    case (.query(let query), .postgres(let template)):
        return try await QueryRowReader.open(
            query,
            name: extract.source,
            url: try environment.resolve(template),
            period: period
        )
    case (.csv, .postgres):
        throw ExtractionError(
            .misconfigured,
            "the source `\(extract.source)` is a database, from which `csv` cannot be read; use "
                + "`query`, or a source of `files`"
        )
    case (.query, .files):
        throw ExtractionError(
            .misconfigured,
            "the source `\(extract.source)` is a folder, which takes no `query`; use `csv`, or a "
                + "source of `postgres`"
        )
    }
}
