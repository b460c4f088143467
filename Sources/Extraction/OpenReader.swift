public import Pipelines
import Words

/// Opens what an extract reads.
///
/// - Parameters:
///   - extract: What is read.
///   - source: Where it is.
///   - period: The slice of time; `nil` for what is loaded whole.
///   - folder: The pipeline's folder, which a relative folder of a source is in.
///   - clock: What days and times mean in a query.
///   - environment: Knows the values of `${…}`.
/// - Returns: A reader that knows its header.
/// - Throws: ``ExtractionError``, and of a database `PostgresError`.
public func openReader(
    _ extract: Extract,
    source: Source,
    period: Period?,
    folder: String,
    clock: SourceClock,
    environment: SourceEnvironment
) async throws -> any RowReader {
    if case .csv(let pattern, let dialect) = extract.input,
        let place = try SourceFolder(of: source, in: folder, environment)
    {
        let files = FileSource(folder: place)
        return try FileRowReader(
            source: files,
            files: try files.files(matching: FilePattern(pattern, period: period)),
            dialect: dialect,
            siblings: SiblingFiles(source: files, pattern: pattern, dialect: dialect)
        )
    }
    switch (extract.input, source) {
    case (.query(let query), .postgres(let template)):
        return try await QueryRowReader.open(
            query,
            name: extract.source,
            url: try environment.resolve(template),
            period: period,
            clock: clock
        )
    case (.csv, _):
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

/// Opens one CSV file, compressed or not.
///
/// - Parameters:
///   - path: Where it is; a link is followed.
///   - dialect: How it is written.
/// - Returns: A reader that knows its header.
/// - Throws: ``ExtractionError``.
public func openReader(
    file path: String,
    dialect: CSVDialect
) throws(ExtractionError) -> any RowReader {
    let (source, name) = try FileSource.alone(path)
    return try FileRowReader(source: source, files: [name], dialect: dialect)
}

/// Opens CSV files of one folder, compressed or not, to be read one after the other.
///
/// - Parameters:
///   - paths: Where they are, at least one; links are followed.
///   - dialect: How they are written.
/// - Returns: A reader that knows the first one's header.
/// - Throws: ``ExtractionError``.
public func openReader(
    files paths: [String],
    dialect: CSVDialect
) throws(ExtractionError) -> any RowReader {
    guard paths.count > 1 else { return try openReader(file: paths[0], dialect: dialect) }
    let folder = paths[0].pathParts.dropLast().map { $0 + "/" }.joined()
    return try FileRowReader(
        source: FileSource(folder: SourceFolder(path: folder.isEmpty ? "./" : folder)),
        files: paths.map { $0.pathParts.last ?? $0 },
        dialect: dialect
    )
}

/// The files that an extract reads, as paths in their folder; none for a query.
///
/// - Parameters:
///   - extract: What is read.
///   - source: Where it is.
///   - period: The slice of time; `nil` for what is loaded whole.
///   - folder: The pipeline's folder, which a relative folder of a source is in.
///   - environment: Knows the values of `${…}`.
///   - listings: What is known of folders already.
///   - explains: Whether the error for no file tells what else is there.
/// - Returns: Their paths, sorted by their bytes.
/// - Throws: ``ExtractionError`` when there is none.
public func matchingFiles(
    _ extract: Extract,
    source: Source,
    period: Period?,
    folder: String,
    environment: SourceEnvironment,
    listings: FolderListings = FolderListings(),
    explains: Bool = true
) throws(ExtractionError) -> [String] {
    guard case .csv(let pattern, _) = extract.input,
        let place = try SourceFolder(of: source, in: folder, environment)
    else { return [] }
    return try FileSource(folder: place, listings: listings)
        .files(matching: FilePattern(pattern, period: period), explains: explains)
}

/// The headers of the files that an extract reads, in their order; none for a query.
///
/// - Parameters:
///   - extract: What is read.
///   - source: Where it is.
///   - period: The slice of time; `nil` for what is loaded whole.
///   - folder: The pipeline's folder, which a relative folder of a source is in.
///   - environment: Knows the values of `${…}`.
///   - listings: What is known of folders already.
///   - limit: How many files are looked at.
/// - Returns: Each file with the names of its columns.
/// - Throws: ``ExtractionError``.
public func fileHeaders(
    _ extract: Extract,
    source: Source,
    period: Period?,
    folder: String,
    environment: SourceEnvironment,
    listings: FolderListings = FolderListings(),
    atMost limit: Int
) throws(ExtractionError) -> [(file: String, header: [String])] {
    guard case .csv(let pattern, let dialect) = extract.input,
        let place = try SourceFolder(of: source, in: folder, environment)
    else { return [] }
    let files = FileSource(folder: place, listings: listings)
    var headers: [(String, [String])] = []
    for name in try files.files(matching: FilePattern(pattern, period: period)).prefix(limit) {
        let file = try CSVFile(files, name, input: 0, dialect: dialect)
        _ = try file.readHeader()
        headers.append((name, file.header ?? []))
    }
    return headers
}
