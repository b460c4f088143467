package import Postgres

/// Writes down what somebody does, in the transaction in which it is done.
package struct ActionLog: Sendable {
    package let author: ActionAuthor
    /// How the target stood when somebody decided to act; `nil` where nobody has said it.
    let shown: String?

    /// Does something, and writes it down where it has changed something.
    ///
    /// - Parameters:
    ///   - verb: What is done.
    ///   - target: What it is done to.
    ///   - reason: Why.
    ///   - standing: How the target stands.
    ///   - connection: In a transaction.
    ///   - hasChanged: Whether the result says that something was changed.
    ///   - body: Does it.
    /// - Returns: What `body` returns.
    /// - Throws: ``ActionMoved`` where the target stands otherwise than was shown; what `body` throws.
    package func write<Value>(
        _ verb: ActionVerb,
        _ target: String,
        reason: String? = nil,
        standing: ActionStanding,
        on connection: PostgresConnection,
        where hasChanged: (Value) -> Bool = { _ in true },
        _ body: () async throws -> Value
    ) async throws -> Value {
        let before = try await standing.words(on: connection)
        if let shown, shown != before { throw ActionMoved(now: before) }
        let value = try await body()
        guard hasChanged(value) else { return value }
        let action = Action(
            verb: verb,
            target: target,
            reason: reason,
            before: before.isEmpty ? nil : before,
            after: try await standing.words(on: connection)
        )
        try await ActionTable(connection).insert(action, by: author)
        return value
    }
}

/// What somebody was shown of an action's target is not how it stands now.
public struct ActionMoved: Error, Sendable, Hashable, CustomStringConvertible {
    /// How it stands now, in words.
    public let now: String

    /// What has happened, and what to do.
    public var description: String {
        "it has moved since you looked, and stands now as: \(now.isEmpty ? "nothing" : now); look again"
    }
}
