import Foundation
package import Pipelines
import Postgres

/// Definitions of tables in the ledger, each once.
package struct TableDefinitionStore {
    let connection: PostgresConnection

    /// Writes down what is not there yet.
    func keep(_ definitions: some Sequence<TableDefinition>) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let parts =
            try definitions.map {
                (digest: $0.digest, text: String(decoding: try encoder.encode($0), as: UTF8.self))
            }
            .sorted { $0.digest < $1.digest }
        try await connection.query(
            """
            insert into longshore.table_definition (digest, parts)
            select distinct on (digest) digest, parts from unnest(\(parts.map(\.digest))::text[], \(parts.map(\.text))::text[]) t(digest, parts)
            order by digest
            on conflict (digest) do nothing
            """
        )
    }

    /// Reads what ``keep(_:)`` wrote; what this program cannot read tells nothing.
    package static func read(_ text: String) -> TableDefinition? {
        try? JSONDecoder().decode(TableDefinition.self, from: Data(text.utf8))
    }
}
