import Pipelines
public import Words

/// What answers queries with rows: a database.
protocol QuerySource: Sendable {
    /// Begins a query; the reader knows its columns.
    ///
    /// - Parameters:
    ///   - query: What is asked.
    ///   - period: What `:period_start` and `:period_end` stand for.
    ///   - clock: What days and times mean in it.
    /// - Returns: Its rows.
    /// - Throws: ``ExtractionError``; so does its reader, whatever the source's client throws.
    nonisolated(nonsending) func open(
        _ query: String,
        period: Period?,
        clock: SourceClock
    ) async throws -> any RowReader

    /// The columns of a query's result; it is planned and gives no row.
    nonisolated(nonsending) func columns(
        of query: String,
        period: Period?
    ) async throws -> [QueryColumn]
}

extension QuerySource {
    /// A query for some of the rows of another.
    static func sample(of query: String, rows: Int) -> String {
        "select * from (\(query)\n) as sampled limit \(rows)"
    }
}

/// A column of a query's result.
public struct QueryColumn: Sendable, Hashable {
    /// Its name.
    public let name: ExactText
    /// Its type as the source calls it: `timestamp with time zone`.
    public let type: String
}
