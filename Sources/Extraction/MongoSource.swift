import Endpoints
package import MongoDB
import Pipelines
import Rows
import Words

/// A MongoDB database whose collections are read, document by document in the order of their `_id`, and written to by exports.
package struct MongoSource: Sendable {
    /// The source's name, for messages.
    let name: String
    /// Where the database is.
    let url: ResolvedText

    package init(name: String, url: ResolvedText) {
        (self.name, self.url) = (name, url)
    }

    /// Begins to read documents; the reader knows its columns.
    ///
    /// - Parameters:
    ///   - collection: Of which collection.
    ///   - filter: Which of them; all without one.
    ///   - shape: What becomes of a document before it is a row.
    ///   - period: What `":period_start"` and `":period_end"` stand for.
    ///   - clock: When its days begin.
    ///   - layout: By what they are read; without one, the columns are those of the first documents.
    /// - Returns: Their rows.
    /// - Throws: ``ExtractionError``; so does the reader.
    nonisolated(nonsending) func open(
        _ collection: String,
        _ filter: DocumentFilter?,
        _ shape: RowShape,
        period: Period?,
        clock: SourceClock,
        layout: RowLayout?
    ) async throws -> any RowReader {
        let search = DocumentSearch(
            collection,
            filter: try filter?.filled(with: instants(of: period, clock)) ?? "{}",
            members: layout.map { layout in
                (layout.sourceColumns.map { JSONPath($0) } + shape.paths).compactMap(\.names.first)
            }
        )
        return try await QueryRowReader.open(
            name,
            decoder: Format.jsonLines(shape).decoder(name: name, input: 0, layout: layout),
            isOpen: true
        ) { feed in
            feed.tell(layout?.instantColumns ?? [])
            let connection = try await begun(search)
            do {
                var isLast = false
                while !isLast {
                    let (lines, ends) = try await connection.fetch(upTo: QueryFeed.chunkSize)
                    try await feed.send(lines)
                    isLast = ends
                }
            } catch {
                await connection.close()
                throw failure(error)
            }
            await connection.close()
        }
    }

    private func begun(_ search: DocumentSearch) async throws -> MongoConnection {
        try await connected { configuration in
            let connection = try await MongoConnection.connect(configuration)
            try await connection.begin(search)
            return connection
        }
    }

    /// Connects to write documents.
    ///
    /// - Throws: ``ExtractionError``, `CancellationError`.
    package nonisolated(nonsending) func writer() async throws -> MongoWriter {
        try await connected { try await MongoWriter.connect($0) }
    }

    private nonisolated(nonsending) func connected<Connection>(
        _ connect: nonisolated(nonsending) (MongoConfiguration) async throws -> Connection
    ) async throws -> Connection {
        do {
            return try await connect(MongoConfiguration(url: url.value))
        } catch let error as EndpointError {
            throw ExtractionError(error, in: url, of: name)
        } catch {
            throw failure(error)
        }
    }

    /// When a period begins and ends, in milliseconds since 1970 UTC.
    private func instants(
        of period: Period?,
        _ clock: SourceClock
    ) throws(ExtractionError) -> [String: Int] {
        guard let period else { return [:] }
        let zone = try clock.table()
        return [
            "period_start": zone.secondOfDay(period.start.number) * 1_000,
            "period_end": zone.secondOfDay(period.end.number) * 1_000,
        ]
    }

    /// What a connection has thrown, as an error of the source, without the values of its URL.
    package func failure(_ error: any Error) -> any Error {
        guard var error = error as? MongoError else { return error }
        error.message = url.masked(error.message)
        return ExtractionError(error, of: name)
    }

    /// A text without the values of its URL.
    package func masked(_ text: String) -> String { url.masked(text) }
}

extension RowLayout {
    /// For each column of the source whether a day or time is read from it: there a date of a document is told as what it
    /// is, and a text as its format says.
    fileprivate var instantColumns: [SourceType?] {
        let times = Set(plans.filter(\.isTime).map(\.source))
        return sourceColumns.map { times.contains($0) ? .instant : nil }
    }
}

extension ValuePlan {
    fileprivate var isTime: Bool {
        switch type {
        case .date, .timestamp: true
        default: false
        }
    }
}
