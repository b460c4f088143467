import Ledger
import Postgres

/// Tells all sessions once more of tables that have got partitions, some time after the commits that brought these.
///
/// Postgres can keep in a session a list of a table's partitions that lacks one which was attached while the list was made
/// (docs/decisions/0081): readers of the warehouse would go without a period until the table changes next. So it is
/// changed: a column gets the statistics target that it has.
actor PartitionReminder {
    private let client: PostgresClient
    private var tables: Set<PeriodKey> = []
    private var telling: Task<Void, Never>?

    /// Longer than a session takes to make its list, unless it is held up.
    private static let pause = Duration.seconds(2)
    /// Whoever keeps a table locked for longer changes it, or loads it again.
    private static let tries = 30

    init(_ client: PostgresClient) {
        self.client = client
    }

    /// Has the table told of, in a while.
    func note(_ table: PeriodKey) {
        tables.insert(table)
        guard telling == nil else { return }
        telling = Task { await tellInAWhile() }
    }

    /// Tells what is left to tell, without a pause.
    func close() async {
        telling?.cancel()
        await telling?.value
        await tell()
    }

    private func tellInAWhile() async {
        defer { telling = nil }
        for _ in 0..<Self.tries where !tables.isEmpty {
            try? await Task.sleep(for: Self.pause)
            guard !Task.isCancelled else { return }
            await tell()
        }
        tables = []
    }

    private func tell() async {
        for table in tables where (try? await remind(of: table)) != nil {
            tables.remove(table)
        }
    }

    private func remind(of key: PeriodKey) async throws {
        let table: SQL = "\(id: key.schema, key.table)"
        try await client.transaction { connection in
            let target = try await connection.query(
                """
                select coalesce(attstattarget, -1) as target from pg_attribute
                where attrelid = to_regclass(\(table.text)) and attname = 'period'
                """
            )
            guard let target = try target.first?.integer("target", as: Int32.self) else { return }
            try await connection.query("set local lock_timeout = '100ms'")
            try await connection.query(
                "alter table only \(table) alter column period set statistics \(raw: "\(target)")"
            )
        }
    }
}
