import Pipelines
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
        let names = facts.map(quoteLiteral).joined(separator: ", ")
        return """
            update longshore.control set state = 'stale', reason = \(quoteLiteral(reason)) \
            where schema_name = \(quoteLiteral(schema)) and table_name in (\(names)) \
            and state = 'loaded';
            """
    }

    /// The command that loads what was marked.
    var ofMarked: String { Self.prefix + "longshore load FOLDER" + (hasPeriods ? " --stale" : "") }

    /// The command that loads whole tables: where nothing is due, a period has to be named.
    func ofWhole() async throws -> String {
        try await command(periods: "select max(period) as periods")
    }

    private func command(periods: String) async throws -> String {
        let rows = try await connection.query(
            """
            \(periods) from longshore.control
            where schema_name = $1 and kind = 'fact' and period <> '' and loaded_by is not null
            """,
            [.text(schema)]
        )
        let option = try rows.first?.optionalText("periods").map { " --periods \($0)" } ?? ""
        return Self.prefix + "longshore load FOLDER" + (hasPeriods ? option : "")
    }
}
