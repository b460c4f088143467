import Ledger
import Pipelines
import Postgres

/// Looks for rows that somebody has deleted from what a dimension's history is computed from.
///
/// Loads only add to it and write over it, and tell the control table how many rows they have added.
/// Only where Postgres tells of writes since the last look are the rows counted.
struct DeletedObservations {
    /// A look at the observations of a dimension.
    struct Look: Sendable {
        let dimension: Dimension
        /// What Postgres told of writes before they were counted.
        let seen: String?
        /// How many rows are there.
        let count: Int
        /// How many loads have recorded; what is there, where nobody has counted before.
        let recorded: Int

        /// How many rows are gone.
        var missing: Int { max(recorded - count, 0) }
    }

    let pipeline: Pipeline
    let connection: PostgresConnection

    /// Counts the observations of a dimension, of which the table is there.
    ///
    /// One statement, so that a load that commits meanwhile is in both numbers or in none.
    ///
    /// - Returns: `nil` when nobody has written there since the last look, as far as Postgres knows.
    func look(at dimension: Dimension) async throws -> Look? {
        let observations: SQL = "\(id: pipeline.schema, dimension.observationTable)"
        let rows = try await connection.query(
            """
            select t.traces, c.observations as recorded,
                (select count(*) from \(observations)) as count
            from longshore.control c cross join lateral (select \(TableTraces.sql(of: observations)) as traces) t
            where \(pipeline.key(of: dimension.table).isRow)
                and c.loaded_by is not null
                and (c.observations is null or t.traces is distinct from c.observations_seen)
            """
        )
        guard let row = rows.first else { return nil }
        let count = try row.integer("count", as: Int.self)
        return Look(
            dimension: dimension,
            seen: try row.optionalText("traces"),
            count: count,
            recorded: try row.optionalInteger("recorded", as: Int.self) ?? count
        )
    }
}
