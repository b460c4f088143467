package import Planning
package import Postgres

/// What a transaction shows the ledger before it writes of a task: the ticket of the task's message.
///
/// A session of the ledger's owner needs none.
package struct Ticket: Sendable {
    private let text: String

    /// The server's code when it refuses to write of a task whose ticket it has not been shown.
    static let refusal = SQLState(rawValue: "LS001")

    /// A ticket; `nil` where a message has none.
    package init(_ text: String?) {
        self.text = text ?? ""
    }

    /// What shows it until the transaction ends, for the list of a `select`; it is never null.
    var shown: SQL { "set_config('longshore.ticket', \(text), true)" }

    /// Shows it until the transaction ends.
    package func show(on connection: PostgresConnection) async throws {
        try await connection.query("select \(shown)")
    }
}

extension PostgresError {
    /// Whether the ledger has not been shown the ticket of the task.
    package var saysTaskIsNotHeld: Bool { sqlState == Ticket.refusal }
}

extension TaskFailure {
    /// The failure of a message by which nobody may write of its task.
    package static let withoutTicket = TaskFailure(
        code: "message.no_ticket",
        message:
            "the message has not the ticket that this ledger has made for its task: an older version has "
            + "published it, or a stranger; open tasks are published again by their coordinator; drop it",
        isRetryable: false
    )
}
