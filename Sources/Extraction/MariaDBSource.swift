import Endpoints
import MariaDB
import Pipelines
import Rows
import Words

/// A MariaDB or MySQL database whose tables are asked.
///
/// A query is a prepared statement in a read-only transaction with one view of all tables, in a session that tells
/// instants in UTC. Its rows stay with the server until they are read.
struct MariaDBSource: QuerySource {
    /// The source's name, for messages.
    let name: String
    /// Where the database is.
    let url: ResolvedText

    nonisolated(nonsending) func open(
        _ query: String,
        period: Period?,
        clock: SourceClock
    ) async throws -> any RowReader {
        let bounds = period.map { MariaDBBounds(name: name, period: $0, clock: clock) }
        return try await QueryRowReader.open(name) { feed in
            let connection = try await connected()
            do {
                try await send(query, bounds, on: connection, to: feed)
            } catch {
                await connection.close()
                throw failure(error)
            }
            await connection.close()
        }
    }

    nonisolated(nonsending) func columns(
        of query: String,
        period: Period?
    ) async throws -> [QueryColumn] {
        let connection = try await connected()
        do {
            let columns = try await connection.prepare(MariaDBBounds.marking(query).sql)
            await connection.close()
            return columns.map { QueryColumn(name: ExactText($0.name), type: $0.type) }
        } catch {
            await connection.close()
            throw failure(error)
        }
    }

    private nonisolated(nonsending) func connected() async throws -> MariaDBConnection {
        do {
            return try await MariaDBConnection.connect(MariaDBConfiguration(url: url.value))
        } catch let error as EndpointError {
            throw ExtractionError(error, in: url, of: name)
        } catch {
            throw failure(error)
        }
    }

    /// Runs the query and sends its rows on.
    private func send(
        _ query: String,
        _ bounds: MariaDBBounds?,
        on connection: MariaDBConnection,
        to feed: QueryFeed
    ) async throws {
        try await connection.beginReading()
        let marked = bounds == nil ? (sql: query, names: []) : MariaDBBounds.marking(query)
        let prepared = try await connection.prepare(marked.sql)
        let moments = try bounds?.moments(marked.names, among: prepared) ?? []
        let columns = try await connection.execute(moments)
        feed.tell(columns.map { SourceType($0.kind) })
        var csv = QueryCSV()
        for column in columns { csv.append(Array(column.name.utf8)[...]) }
        csv.endRow()
        var isLast = false
        while !isLast {
            let rows = try await connection.fetch(upTo: QueryFeed.chunkSize)
            csv.append(rows, columns: columns.count)
            try await feed.send(csv.take())
            isLast = rows.isLast
        }
    }

    /// What a session has thrown, as an error of the source, without the values of its URL.
    private func failure(_ error: any Error) -> any Error {
        switch error {
        case var error as MariaDBError:
            if error.code == .cancelled { return CancellationError() }
            error.message = url.masked(error.message)
            return ExtractionError(error, of: name)
        case let error as ExtractionError: return url.masked(error)
        default: return error
        }
    }
}

extension QueryCSV {
    fileprivate mutating func append(_ rows: MariaDBRows, columns: Int) {
        for (index, value) in rows.values.enumerated() {
            append(value.map { rows.bytes[$0] })
            if (index + 1).isMultiple(of: columns) { endRow() }
        }
    }
}

extension SourceType {
    fileprivate init?(_ kind: MariaDBColumn.Kind) {
        switch kind {
        case .integer, .unsigned, .bits, .float, .double, .decimal: self = .number
        case .date: self = .date
        case .dateTime: self = .timestamp
        case .instant: self = .instant
        case .time, .text, .bytes: return nil
        }
    }
}
