import Ledger
import Planning
import Postgres
import Words

/// Columns that a table has gained, of which the rows that are there know nothing.
struct NewColumns {
    private let columns: [TableDesign.Column]
    private let design: TableDesign
    private let connection: PostgresConnection

    init(
        _ columns: [TableDesign.Column],
        of design: TableDesign,
        on connection: PostgresConnection
    ) {
        self.columns = columns.filter { $0.role != .own }
        self.design = design
        self.connection = connection
    }

    /// Marks the periods of a fact whose rows lack them as stale, with the reason.
    ///
    /// A closed period is stale when it is opened again.
    ///
    /// Loads that run now were created with the older definition: what they write lacks the columns,
    /// too, so they do not clear the mark. It runs before the load that adds the columns gets its
    /// number, which is greater than all that are there.
    func markPeriods() async throws {
        guard !columns.isEmpty else { return }
        let key = PeriodKey(schema: design.schema, table: design.name)
        try await ControlTable(connection)
            .markStale(
                """
                \(key.isOfTable) and kind = \(LoadTaskKind.fact)
                    and (loaded_by is not null or exists (select from longshore.load l
                        where l.id = c.claimed_by and l.state = \(LoadState.running)))
                """,
                because: "\(reason)",
                by: ControlTable.newestLoad
            )
    }

    /// `` `qty` is new, and null in its rows; `agent_key` is new, and the unknown member in its rows ``.
    private var reason: String {
        let words = [
            Self.words(columns.filter { $0.role == .value }, "null"),
            Self.words(columns.filter { $0.role == .reference }, "the unknown member"),
        ]
        return words.compactMap(\.self).joined(separator: "; ")
    }

    private static func words(_ columns: [TableDesign.Column], _ value: String) -> String? {
        guard !columns.isEmpty else { return nil }
        let names = columns.map(\.name).inBackticks()
        return "\(names) \(agreeing(columns.count, "is", "are")) new, and \(value) in its rows"
    }
}
