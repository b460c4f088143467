import Ledger
import Pipelines
import Planning
import Postgres

/// What has to follow when rows are taken away, so that a load brings them back.
struct Reload {
    let schema: String
    /// Whether the pipeline's facts are loaded by period.
    let hasPeriods: Bool
    let connection: PostgresConnection

    static let prefix = "-- then: "

    /// Marks the loaded periods of facts: they hold keys of members that are gone, or rows no more.
    func mark(_ facts: [String], reason: String) -> String {
        let names = facts.map { "\($0)" as SQL }.joined(separator: ", ")
        return
            ControlTable.staleMark(
                of: "schema_name = \(schema) and table_name in (\(names))",
                because: reason
            )
            .written + ";"
    }

    /// The command that loads what was marked.
    var ofMarked: String { Self.prefix + "longshore load FOLDER" + (hasPeriods ? " --stale" : "") }

    /// The command that loads whole tables: where nothing is due, a period has to be named.
    func ofWhole() async throws -> String {
        let rows = try await connection.query(
            """
            select max(period) as period from longshore.control
            where schema_name = \(schema) and kind = \(LoadTaskKind.fact) and period <> ''
                and loaded_by is not null
            """
        )
        let option = try rows.first?.optionalText("period").map { " --periods \($0)" } ?? ""
        return Self.prefix + "longshore load FOLDER" + (hasPeriods ? option : "")
    }
}
