package import Planning
package import Postgres

/// What the ledger knows of an attempt while its own transaction shows nothing yet: that it has begun.
///
/// It is committed before that transaction begins, and taken back by whatever end the worker lives to
/// tell. So a mark in a row that no attempt holds is the death of a worker, whatever a message's headers
/// say. It is written without waiting for the disk: a server that crashes may forget it, and a death with it.
package struct BegunMark: Sendable {
    private let task: LoadTaskID
    /// When it was set, as Postgres writes it: the next attempt's is another one.
    let time: String

    /// How old a mark is at least that counts as a death: an attempt locks its row just after the mark.
    private static let believedAfter = 1.0

    /// Marks a task; `nil` when its row is final or another attempt has it: the claim says which.
    package static func set(
        on task: LoadTaskID,
        showing ticket: Ticket,
        _ connection: PostgresConnection
    ) async throws -> BegunMark? {
        try await TaskTable(connection).markBegun(task, showing: ticket)
            .map { BegunMark(task: task, time: $0) }
    }

    /// Takes the mark back, unless another attempt has set its own since, or holds the row.
    package func takeBack(showing ticket: Ticket, on connection: PostgresConnection) async throws {
        try await TaskTable(connection).takeBackMark(of: task, begunAt: time, showing: ticket)
    }

    /// The mark that an open task has had for long enough to be believed; waits until it is.
    ///
    /// Another one that was set meanwhile is of an attempt that has just begun, and lives.
    static func left(
        on task: LoadTaskID,
        _ connection: PostgresConnection
    ) async throws -> BegunMark? {
        guard let (mark, age) = try await read(of: task, connection) else { return nil }
        guard age < believedAfter else { return mark }
        try await Task.sleep(for: .seconds(believedAfter - max(age, 0)))
        return try await read(of: task, connection)?.mark.time == mark.time ? mark : nil
    }

    /// Locks the row of the task while it is open and has this mark.
    ///
    /// - Returns: whether it has.
    func lock(on connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.query(
            """
            select from longshore.task
            where \(task.isOpenRow) and begun_at = \(time)::timestamptz
            for update
            """
        )
        return !rows.isEmpty
    }

    /// The mark and its age in seconds.
    private static func read(
        of task: LoadTaskID,
        _ connection: PostgresConnection
    ) async throws -> (mark: BegunMark, age: Double)? {
        let rows = try await connection.query(
            """
            select begun_at::text as time,
                extract(epoch from clock_timestamp() - begun_at)::float8 as age
            from longshore.task
            where \(task.isOpenRow) and begun_at is not null
            """
        )
        return try rows.first.map { row in
            (BegunMark(task: task, time: try row.text("time")), try row.double("age"))
        }
    }
}
