import Planning
import Postgres

/// What the ledger knows of an attempt while its own transaction shows nothing yet: that it has begun.
///
/// It is committed before that transaction begins, and taken back by whatever end the worker lives to
/// tell. So a mark in a row that no attempt holds is the death of a worker, whatever a message's headers
/// say. It is written without waiting for the disk: a server that crashes may forget it, and a death with it.
struct BegunMark: Sendable {
    private let task: LoadTaskID
    /// When it was set, as Postgres writes it: the next attempt's is another one.
    private let time: String

    /// How old a mark is at least that counts as a death: an attempt locks its row just after the mark.
    private static let believedAfter = 1.0

    /// The assignment that takes back whatever mark there is.
    static let end = "begun_at = null"

    /// Marks a task; `nil` when its row is final or another attempt has it: the claim says which.
    static func set(
        on task: LoadTaskID,
        _ connection: PostgresConnection
    ) async throws -> BegunMark? {
        let rows = try await connection.query(
            """
            update longshore.task set begun_at = clock_timestamp()
            where (load_id, ordinal) in (select load_id, ordinal from longshore.task
                where load_id = $1 and ordinal = $2 and state in ('waiting', 'published')
                for update skip locked)
            returning begun_at::text as time, set_config('synchronous_commit', 'off', true)
            """,
            key(of: task)
        )
        return try rows.first.map { BegunMark(task: task, time: try $0.text("time")) }
    }

    /// Takes the mark back, unless another attempt has set its own since, or holds the row.
    func takeBack(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            update longshore.task set \(Self.end)
            where (load_id, ordinal) in (select load_id, ordinal from longshore.task
                where load_id = $1 and ordinal = $2 and begun_at = $3::timestamptz
                for update skip locked)
            returning set_config('synchronous_commit', 'off', true)
            """,
            Self.key(of: task) + [.text(time)]
        )
    }

    /// Whether an open task has a mark, as soon as it is old enough to be believed.
    static func isLeft(on task: LoadTaskID, _ connection: PostgresConnection) async throws -> Bool {
        guard let age = try await age(on: task, connection) else { return false }
        guard age < believedAfter else { return true }
        try await Task.sleep(for: .seconds(believedAfter - max(age, 0)))
        return try await self.age(on: task, connection) != nil
    }

    /// In seconds.
    private static func age(
        on task: LoadTaskID,
        _ connection: PostgresConnection
    ) async throws -> Double? {
        let rows = try await connection.query(
            """
            select extract(epoch from clock_timestamp() - begun_at)::float8 as age
            from longshore.task
            where load_id = $1 and ordinal = $2 and state in ('waiting', 'published')
            """,
            key(of: task)
        )
        return try rows.first?.optionalDouble("age")
    }

    private static func key(of task: LoadTaskID) -> [PostgresValue] {
        [.integer(task.load), .integer(Int64(task.ordinal))]
    }
}
