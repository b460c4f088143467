import Ledger
import Pipelines
import Postgres

/// Columns of what was observed of a dimension that somebody has dropped, while its versions have them.
///
/// An observation lies within one version, and says of the member what that version says, or something that had no say in
/// it: so versions computed from these are the same.
struct ObservedColumns {
    let dimension: Dimension
    let schema: String
    let connection: PostgresConnection

    /// Fills them, which the table has again, from the versions.
    func fill(_ columns: [String]) async throws {
        guard !columns.isEmpty else { return }
        let assignments = columns.map { "\(id: $0) = d.\(id: $0)" as SQL }
        let holds: SQL =
            dimension.isVersioned
            ? " and o.\(id: Dimension.observedAt) >= d.valid_from and o.\(id: Dimension.observedAt) < d.valid_to"
            : ""
        let observations: SQL = "\(id: schema, dimension.observationTable)"
        let versions: SQL = "\(id: schema, dimension.table) d"
        let isOfVersion: SQL = "\(dimension.keysEqual("o", "d")) and not d.is_inferred\(holds)"
        let watch = try await RowWatch(over: observations, on: connection)
        let due = try await watch.count(
            before: .update,
            "select count(*) from \(observations) o, \(versions) where \(isOfVersion)"
        )
        let filled = try await connection.query(
            """
            update \(observations) o set \(assignments.joined(separator: ", "))
            from \(versions) where \(isOfVersion)
            """
        )
        try watch.require(filled.affectedRows, of: due, .update)
    }
}
