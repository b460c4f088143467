import Ledger
import Pipelines
import Postgres

/// A pipeline as it was defined in the load that wrote one of its tables last.
enum EarlierDefinition {
    /// `nil` when nothing was loaded, or when this program cannot read that definition any more: then it
    /// tells nothing.
    static func ofTable(
        _ table: String,
        in schema: String,
        on connection: PostgresConnection
    ) async throws -> Pipeline? {
        let rows = try await connection.query(
            """
            select d.bundle from longshore.load l
            join longshore.definition d on d.digest = l.definition
            where l.id = (select max(loaded_by) from longshore.control
                where schema_name = \(schema) and table_name = \(table))
            """
        )
        guard let bundle = try rows.first?.text("bundle") else { return nil }
        return try? Pipeline.parse(bundle: DefinitionBundle(encoded: bundle))
    }
}
