public import Pipelines
public import Rows
public import Words

/// The sources of a pipeline as they are seen from here: the only place that knows their kinds.
public struct Sources: Sendable {
    private let sources: [String: Source]
    private let credentials: NamedCredentials
    private let folder: String
    private let listings: FolderListings?
    private let warehouse: WarehouseRows?

    /// What the rows of a source come from.
    private enum Origin {
        case objects(any ObjectStore)
        case queries(any QuerySource)
        case documents(MongoSource)
        case calls(HTTPSource)
    }

    /// Sources that a definition declares.
    ///
    /// - Parameters:
    ///   - sources: Those, by their names.
    ///   - credentials: The credentials that it declares, by theirs.
    ///   - folder: The pipeline's folder, which a relative folder of a source is in.
    ///   - environment: Knows the values of `${…}`, and where files may be read.
    ///   - listings: What is known of folders already; without it, each is looked at anew.
    ///   - warehouse: Gives rows of the warehouse, for each of which an API may be asked.
    public init(
        _ sources: [String: Source],
        credentials: [String: Credential] = [:],
        folder: String,
        environment: SourceEnvironment,
        listings: FolderListings? = nil,
        warehouse: WarehouseRows? = nil
    ) {
        self.sources = sources
        self.folder = folder
        self.credentials = NamedCredentials(declared: credentials, environment: environment)
        self.listings = listings
        self.warehouse = warehouse
    }

    /// Where a source's rows come from.
    private nonisolated(nonsending) func origin(
        _ name: String
    ) async throws(ExtractionError) -> Origin {
        guard let source = sources[name] else {
            throw ExtractionError(.misconfigured, "the pipeline has no source `\(name)`")
        }
        let environment = try await credentials.environment(for: source.texts, of: name)
        switch source.kind {
        case .files:
            let folder = SourceFolder(
                try environment.resolve(source.place),
                in: folder,
                places: environment.places,
                allowsHardLinks: source.allowsHardLinks
            )
            return .objects(FileSource(folder: folder, listings: listings ?? FolderListings()))
        case .s3:
            let proof = try await credentials.proof(of: source.objects, for: name)
            return .objects(
                try S3Source(source.objects, name: name, environment: environment, proof: proof)
            )
        case .http:
            return .calls(try HTTPSource(source.calls, name: name, environment: environment))
        case .postgres:
            let url = try environment.database(source.place, of: name)
            return .queries(PostgresSource(name: name, url: url))
        case .mysql:
            let url = try environment.database(source.place, of: name)
            return .queries(MariaDBSource(name: name, url: url))
        case .mongo:
            let url = try environment.database(source.place, of: name)
            return .documents(MongoSource(name: name, url: url))
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
    ///   - layout: By what its rows are read: where objects have no header, their columns are those. Without
    ///     one, they are those that the first rows have.
    /// - Returns: A reader that knows its header.
    /// - Throws: ``ExtractionError``.
    public nonisolated(nonsending) func open(
        _ extract: Extract,
        period: Period?,
        clock: SourceClock,
        layout: RowLayout? = nil
    ) async throws -> any RowReader {
        switch (extract.selection, try await origin(extract.source)) {
        case (.objects(let pattern, let format), .objects(let store)):
            return try await ObjectRowReader.open(
                Self.names(of: extract, pattern, in: store, period),
                in: store,
                format: format,
                layout: layout,
                siblings: SiblingFiles(in: store, pattern: pattern, format: format)
            ) { extract.period(of: $0, reading: period) }
        case (.query(let query), .queries(let source)):
            return try await source.open(query, period: period, clock: clock)
        case (.documents(let collection, let filter, let shape), .documents(let source)):
            return try await source.open(
                collection,
                filter,
                shape,
                period: period,
                clock: clock,
                layout: layout
            )
        case (.calls(let calls), .calls(let source)):
            return try await source.open(
                calls,
                period: period,
                layout: layout,
                warehouse: warehouse
            )
        case (let selection, _):
            throw ExtractionError(
                .misconfigured,
                "the source `\(extract.source)` is \(sources[extract.source]?.kind.title ?? "another"), from which "
                    + "`\(selection.key)` cannot be read; name another source"
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
    private nonisolated(nonsending) func objects(
        of extract: Extract
    ) async throws(ExtractionError) -> (store: any ObjectStore, pattern: String, format: Format)? {
        guard case .objects(let pattern, let format) = extract.selection,
            case .objects(let store) = try await origin(extract.source)
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
        guard let (store, pattern, _) = try await objects(of: extract) else { return [] }
        return try await Self.names(of: extract, pattern, in: store, period, explains: explains)
    }

    /// The objects that are read, in the order in which they are: that of their periods where those of all
    /// are read.
    private static nonisolated(nonsending) func names(
        of extract: Extract,
        _ pattern: String,
        in store: any ObjectStore,
        _ period: Period?,
        explains: Bool = true
    ) async throws -> [String] {
        guard extract.everyPeriod != nil else {
            let pattern = try FilePattern(pattern, period: period)
            return try await store.objects(matching: pattern, explains: explains)
        }
        let all = try FilePattern(ObjectPattern(pattern).ofAllPeriods, period: nil)
        let found = try await store.objects(matching: all, explains: explains)
            .compactMap { name in extract.period(of: name, reading: nil).map { ($0, name) } }
        guard !found.isEmpty else {
            throw ExtractionError(
                .missing,
                "no name that `\(pattern)` stands for tells a period"
            )
        }
        // Those of one period stay in the order of their names.
        return found.enumerated()
            .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
            .map(\.element.1)
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
    ) async throws -> [(name: String, header: [ExactText])] {
        guard let (store, pattern, format) = try await objects(of: extract) else { return [] }
        let names = try await Self.names(of: extract, pattern, in: store, period)
        var headers: [(String, [ExactText])] = []
        for name in names.prefix(limit) {
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
        guard let (store, pattern, _) = try await objects(of: extract) else { return nil }
        let names = try await Self.names(
            of: extract,
            pattern,
            in: store,
            period,
            explains: explains
        )
        var summaries: [InputSummary] = []
        for name in names {
            summaries.append(try await store.open(name).digested())
        }
        return summaries
    }

    /// The objects of an extract, to be looked at without reading them; `nil` for a query.
    ///
    /// - Throws: ``ExtractionError`` when their place cannot be resolved.
    public nonisolated(nonsending) func files(
        of extract: Extract
    ) async throws(ExtractionError) -> SourceFiles? {
        guard let (store, pattern, _) = try await objects(of: extract) else { return nil }
        return SourceFiles(store: store, pattern: pattern, everyPeriod: extract.everyPeriod)
    }
}

// MARK: Queries

extension Sources {
    /// The query of an extract and what answers it; `nil` for objects.
    private nonisolated(nonsending) func query(
        of extract: Extract
    ) async throws(ExtractionError) -> (source: any QuerySource, query: String)? {
        guard case .query(let query) = extract.selection,
            case .queries(let source) = try await origin(extract.source)
        else { return nil }
        return (source, query)
    }

    /// What the source says of the columns of an extract before any row is read; `nil` of objects.
    ///
    /// - Parameters:
    ///   - extract: What would be read.
    ///   - period: What `:period_start` and `:period_end` stand for.
    /// - Returns: The columns in order.
    /// - Throws: ``ExtractionError``.
    public nonisolated(nonsending) func columns(
        of extract: Extract,
        period: Period?
    ) async throws -> [QueryColumn]? {
        guard let (source, query) = try await query(of: extract) else { return nil }
        return try await source.columns(of: query, period: period)
    }

    /// What is to be read for a sample: of a query no more than some rows, of objects all, which end where
    /// nobody reads on.
    ///
    /// - Throws: ``ExtractionError`` when the source's place cannot be resolved.
    public nonisolated(nonsending) func sample(
        of extract: Extract,
        rows: Int
    ) async throws(ExtractionError) -> Extract {
        guard let (source, query) = try await query(of: extract) else { return extract }
        var extract = extract
        extract.selection = .query(type(of: source).sample(of: query, rows: rows))
        return extract
    }
}
