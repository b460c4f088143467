public import Pipelines
public import Rows
import Words

/// The sources of a pipeline as they are seen from here: the only place that knows their kinds.
public struct Sources: Sendable {
    private let sources: [String: Source]
    private let folder: String
    private let environment: SourceEnvironment
    private let listings: FolderListings?

    /// What the rows of a source come from.
    private enum Origin {
        case objects(any ObjectStore)
        case queries(any QuerySource)
    }

    /// Sources that a definition declares.
    ///
    /// - Parameters:
    ///   - sources: Those, by their names.
    ///   - folder: The pipeline's folder, which a relative folder of a source is in.
    ///   - environment: Knows the values of `${…}`, and where files may be read.
    ///   - listings: What is known of folders already; without it, each is looked at anew.
    public init(
        _ sources: [String: Source],
        folder: String,
        environment: SourceEnvironment,
        listings: FolderListings? = nil
    ) {
        self.sources = sources
        self.folder = folder
        self.environment = environment
        self.listings = listings
    }

    /// Where a source's rows come from.
    private func origin(_ name: String) throws(ExtractionError) -> Origin {
        switch sources[name] {
        case .files(let place, let allowsHardLinks):
            let folder = SourceFolder(
                try environment.resolve(place),
                in: folder,
                places: environment.places,
                allowsHardLinks: allowsHardLinks
            )
            return .objects(FileSource(folder: folder, listings: listings ?? FolderListings()))
        case .postgres(let url):
            return .queries(PostgresSource(name: name, url: try environment.resolve(url)))
        case nil:
            throw ExtractionError(.misconfigured, "the pipeline has no source `\(name)`")
        }
    }
}

// MARK: Rows

extension Sources {
    /// Opens what an extract reads.
    ///
    /// - Parameters:
    ///   - extract: What is read.
    ///   - period: The slice of time; `nil` for what is loaded whole.
    ///   - clock: What days and times mean in a query.
    /// - Returns: A reader that knows its header.
    /// - Throws: ``ExtractionError``, and of a database `PostgresError`.
    public nonisolated(nonsending) func open(
        _ extract: Extract,
        period: Period?,
        clock: SourceClock
    ) async throws -> any RowReader {
        switch (extract.selection, try origin(extract.source)) {
        case (.objects(let pattern, let format), .objects(let store)):
            return try await ObjectRowReader.open(
                store.objects(matching: FilePattern(pattern, period: period), explains: true),
                in: store,
                format: format,
                siblings: SiblingFiles(in: store, pattern: pattern, format: format)
            )
        case (.query(let query), .queries(let source)):
            return try await source.open(query, period: period, clock: clock)
        case (.objects, .queries):
            throw ExtractionError(
                .misconfigured,
                "the source `\(extract.source)` is a database, from which `csv` cannot be read; use "
                    + "`query`, or a source of `files`"
            )
        case (.query, .objects):
            throw ExtractionError(
                .misconfigured,
                "the source `\(extract.source)` is a folder, which takes no `query`; use `csv`, or a "
                    + "source of `postgres`"
            )
        }
    }

    /// Opens files of one folder, compressed or not, to be read one after the other.
    ///
    /// - Parameters:
    ///   - paths: Where they are, at least one; links are followed.
    ///   - format: How they are written.
    /// - Returns: A reader that knows the first one's header.
    /// - Throws: ``ExtractionError``.
    public static nonisolated(nonsending) func open(
        files paths: [String],
        format: Format
    ) async throws -> any RowReader {
        guard paths.count > 1 else {
            let (folder, name) = try FileSource.alone(paths[0])
            return try await ObjectRowReader.open([name], in: folder, format: format)
        }
        let folder = paths[0].pathParts.dropLast().map { $0 + "/" }.joined()
        return try await ObjectRowReader.open(
            paths.map { $0.pathParts.last ?? $0 },
            in: FileSource(folder: SourceFolder(path: folder.isEmpty ? "./" : folder)),
            format: format
        )
    }
}

// MARK: Objects

extension Sources {
    /// The store, pattern and format of an extract; `nil` for a query.
    private func objects(
        of extract: Extract
    ) throws(ExtractionError) -> (store: any ObjectStore, pattern: String, format: Format)? {
        guard case .objects(let pattern, let format) = extract.selection,
            case .objects(let store) = try origin(extract.source)
        else { return nil }
        return (store, pattern, format)
    }

    /// The objects that an extract reads; none for a query.
    ///
    /// - Parameters:
    ///   - extract: What is read.
    ///   - period: The slice of time; `nil` for what is loaded whole.
    ///   - explains: Whether the error for no object tells what else is there.
    /// - Returns: Their names in their store, sorted by their bytes.
    /// - Throws: ``ExtractionError`` when there is none.
    public nonisolated(nonsending) func names(
        of extract: Extract,
        period: Period?,
        explains: Bool = true
    ) async throws -> [String] {
        guard let (store, pattern, _) = try objects(of: extract) else { return [] }
        return try await store.objects(
            matching: FilePattern(pattern, period: period),
            explains: explains
        )
    }

    /// The headers of the objects that an extract reads, in their order; none for a query.
    ///
    /// - Parameters:
    ///   - extract: What is read.
    ///   - period: The slice of time; `nil` for what is loaded whole.
    ///   - limit: How many objects are looked at.
    /// - Returns: Each object with the names of its columns.
    /// - Throws: ``ExtractionError``.
    public nonisolated(nonsending) func headers(
        of extract: Extract,
        period: Period?,
        atMost limit: Int
    ) async throws -> [(name: String, header: [String])] {
        guard let (store, _, format) = try objects(of: extract) else { return [] }
        var headers: [(String, [String])] = []
        for name in try await names(of: extract, period: period).prefix(limit) {
            let object = try await ObjectReader.open(name, in: store, input: 0, format: format)
            headers.append((name, object.header))
        }
        return headers
    }

    /// Reads the objects of an extract for their sizes and digests, without looking at their rows.
    ///
    /// - Parameters:
    ///   - extract: What would be read.
    ///   - period: The slice of time; `nil` for what is loaded whole.
    ///   - explains: Whether the error for no object tells what else is there.
    /// - Returns: The objects in the order in which they are read; `nil` for a query, of whose rows
    ///   nothing is known before they are read.
    /// - Throws: ``ExtractionError``, as when they are loaded.
    public nonisolated(nonsending) func inspect(
        _ extract: Extract,
        period: Period?,
        explains: Bool = true
    ) async throws -> [InputSummary]? {
        guard let (store, _, _) = try objects(of: extract) else { return nil }
        var summaries: [InputSummary] = []
        for name in try await names(of: extract, period: period, explains: explains) {
            summaries.append(try await store.open(name).digested())
        }
        return summaries
    }

    /// The objects of an extract, to be looked at without reading them; `nil` for a query.
    ///
    /// - Throws: ``ExtractionError`` when their place cannot be resolved.
    public func files(of extract: Extract) throws(ExtractionError) -> SourceFiles? {
        guard let (store, pattern, _) = try objects(of: extract) else { return nil }
        return SourceFiles(store: store, pattern: pattern)
    }
}

// MARK: Queries

extension Sources {
    /// The query of an extract and what answers it; `nil` for objects.
    private func query(
        of extract: Extract
    ) throws(ExtractionError) -> (source: any QuerySource, query: String)? {
        guard case .query(let query) = extract.selection,
            case .queries(let source) = try origin(extract.source)
        else { return nil }
        return (source, query)
    }

    /// What the source says of the columns of an extract before any row is read; `nil` of objects.
    ///
    /// - Parameters:
    ///   - extract: What would be read.
    ///   - period: What `:period_start` and `:period_end` stand for.
    /// - Returns: The columns in order.
    /// - Throws: ``ExtractionError``, and `PostgresError` of the database.
    public nonisolated(nonsending) func columns(
        of extract: Extract,
        period: Period?
    ) async throws -> [QueryColumn]? {
        guard let (source, query) = try query(of: extract) else { return nil }
        return try await source.columns(of: query, period: period)
    }

    /// What is to be read for a sample: of a query no more than some rows, of objects all, which end where
    /// nobody reads on.
    ///
    /// - Throws: ``ExtractionError`` when the source's place cannot be resolved.
    public func sample(of extract: Extract, rows: Int) throws(ExtractionError) -> Extract {
        guard let (source, query) = try query(of: extract) else { return extract }
        var extract = extract
        extract.selection = .query(type(of: source).sample(of: query, rows: rows))
        return extract
    }
}
