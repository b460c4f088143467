import Ledger
import Pipelines
import Planning
import Postgres

/// The days that spans of time are counted from.
struct DataDays: Sendable, Hashable {
    /// The day that it is, in the pipeline's zone.
    let today: Day
    /// The last day that has data, or today.
    let newest: Day

    /// Reads them.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline.
    ///   - tables: The names of the tables whose days count; those of all its facts where there are none.
    ///   - connection: A connection of the warehouse.
    /// - Returns: The days.
    /// - Throws: `PostgresError` when the warehouse does not answer.
    static func read(
        _ pipeline: Pipeline,
        of tables: [String] = [],
        on connection: PostgresConnection
    ) async throws -> DataDays {
        let isMeant: SQL =
            tables.isEmpty
            ? "kind = \(LoadTaskKind.fact)" : "table_name = any(\(tables)::text[])"
        let rows = try await connection.query(
            """
            select today::text as today, least(today, (
                select max(period_end) - 1 from longshore.control
                where schema_name = \(pipeline.schema) and \(isMeant) and loaded_by is not null
            ))::text as newest
            from (select (now() at time zone \(pipeline.zone))::date) as clock (today)
            """
        )
        let today = try rows.first.flatMap { Day(try $0.text("today")) } ?? Day(number: 0)
        let newest = try rows.first?.optionalText("newest").flatMap { Day($0) } ?? today
        return DataDays(today: today, newest: newest)
    }
}
