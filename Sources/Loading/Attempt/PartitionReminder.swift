import Ledger
public import Postgres

/// Tells all sessions once more of tables that have got partitions, some time after the commits that brought these.
///
/// Postgres can keep in a session a list of a table's partitions that lacks one which was attached while the list was made
/// (docs/decisions/0081): readers of the warehouse would go without a period until the table changes next. So it is
/// changed: a column gets the statistics target that it has.
///
/// The slots of a worker share one. Its session is its own, since theirs may be in a task for hours, and lasts as long as
/// there is something to tell.
public actor PartitionReminder {
    /// A table that is to be told of.
    private struct Reminder: Equatable {
        var due: ContinuousClock.Instant
        var tries = 0
    }

    private let configuration: PostgresConfiguration
    private let pause: Duration
    private let giveUp: @Sendable (_ table: String) -> Void
    private var reminders: [PeriodKey: Reminder] = [:]
    private var telling: Task<Void, Never>?

    /// Whoever keeps a table locked for longer changes it, or loads it again.
    private static let tries = 30

    /// A reminder that connects when there is something to tell.
    ///
    /// - Parameters:
    ///   - configuration: The warehouse.
    ///   - pause: After the last partition of a table: longer than a session takes to make its list, unless it is held up.
    ///   - giveUp: Is told the name of a table that could not be told of.
    public init(
        _ configuration: PostgresConfiguration,
        pause: Duration = .seconds(2),
        giveUp: @escaping @Sendable (_ table: String) -> Void = { _ in }
    ) {
        self.configuration = configuration.atWarehouse
        self.pause = pause
        self.giveUp = giveUp
    }

    /// Has the table told of, in a while.
    func note(_ table: PeriodKey) {
        reminders[table] = Reminder(due: .now + pause)
        if telling == nil { telling = Task { await tellWhenDue() } }
    }

    /// Tells what is left to tell, without a pause.
    public func close() async {
        telling?.cancel()
        await telling?.value
        await tell(Array(reminders.keys))
        for table in reminders.keys { giveUp(table.table) }
        reminders = [:]
    }

    private func tellWhenDue() async {
        defer { telling = nil }
        while let next = reminders.values.map(\.due).min() {
            try? await Task.sleep(until: next, clock: .continuous)
            guard !Task.isCancelled else { return }
            let now = ContinuousClock.now
            await tell(reminders.filter { $0.value.due <= now }.map(\.key))
        }
    }

    private func tell(_ tables: [PeriodKey]) async {
        guard !tables.isEmpty else { return }
        let connection = try? await PostgresConnection.connect(configuration)
        for table in tables {
            guard let reminder = reminders[table] else { continue }
            let isTold = (try? await remind(of: table, over: connection)) ?? false
            // It may have got another partition meanwhile, which has its own time.
            guard reminders[table] == reminder else { continue }
            reminders[table] = isTold ? nil : next(after: reminder, of: table)
        }
        await connection?.close()
    }

    private func next(after reminder: Reminder, of table: PeriodKey) -> Reminder? {
        guard reminder.tries + 1 < Self.tries else {
            giveUp(table.table)
            return nil
        }
        return Reminder(due: .now + pause, tries: reminder.tries + 1)
    }

    private func remind(
        of key: PeriodKey,
        over connection: PostgresConnection?
    ) async throws -> Bool {
        guard let connection else { return false }
        let table: SQL = "\(id: key.schema, key.table)"
        try await connection.transaction {
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
        return true
    }
}
