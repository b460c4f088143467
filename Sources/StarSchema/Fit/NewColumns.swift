import Ledger
import Planning
import Postgres
import Words

/// Columns that a table has gained, of which the rows that are there know nothing.
struct NewColumns {
    private let columns: [TableDesign.Column]
    private let dropped: [String]
    private let owner: PeriodKey
    private let connection: PostgresConnection

    /// - Parameters:
    ///   - columns: those that were added.
    ///   - dropped: those that the rows once had, of these or others.
    ///   - owner: the dimension or fact.
    ///   - connection: the one whose transaction has added them.
    init(
        _ columns: [TableDesign.Column],
        dropped: [String],
        of owner: PeriodKey,
        on connection: PostgresConnection
    ) {
        self.columns = columns.filter { $0.role != .own || dropped.contains($0.name) }
        self.dropped = self.columns.map(\.name).filter(dropped.contains)
        self.owner = owner
        self.connection = connection
    }

    /// Marks the periods of a fact whose rows lack them as stale, with the reason, or the dimension: it is read although
    /// its source has not changed, and all of its members are computed anew.
    ///
    /// A closed period is stale when it is opened again.
    ///
    /// Loads that run now were created with the older definition: what they write lacks the columns,
    /// too, so they do not clear the mark. It runs before the load that adds the columns gets its
    /// number, which is greater than all that are there.
    func markPeriods() async throws {
        guard !columns.isEmpty else { return }
        try await ControlTable(connection)
            .markStale(
                """
                \(owner.isOfTable) and kind in (\([LoadTaskKind.fact, .dimension]))
                    and (loaded_by is not null or exists (select from longshore.load l
                        where l.id = c.claimed_by and l.state = \(LoadState.running)))
                """,
                because: "\(reason)",
                by: ControlTable.newestLoad
            )
    }

    /// `` `qty` is new, and null in its rows; `agent_key` is new, and the unknown member in its rows ``.
    private var reason: String {
        let new = columns.filter { !dropped.contains($0.name) }
        let words = [
            dropped.isEmpty ? nil : DroppedColumns.words(dropped),
            Self.words(new.filter { $0.role == .value }, "null"),
            Self.words(new.filter { $0.role == .reference }, "the unknown member"),
        ]
        return words.compactMap(\.self).joined(separator: "; ")
    }

    private static func words(_ columns: [TableDesign.Column], _ value: String) -> String? {
        guard !columns.isEmpty else { return nil }
        let names = columns.map(\.name).inBackticks()
        return "\(names) \(agreeing(columns.count, "is", "are")) new, and \(value) in its rows"
    }
}
