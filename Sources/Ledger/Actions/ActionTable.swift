import Postgres

/// What people have done, in the order in which they did it.
///
/// Nothing else writes `longshore.actions`.
struct ActionTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// Writes an action down.
    ///
    /// - Returns: its number.
    @discardableResult
    func insert(_ action: Action, by author: ActionAuthor) async throws -> Int64 {
        let rows = try await connection.query(
            """
            insert into longshore.actions (who, role, by, verb, target, reason, before, after)
            values (\(author.name), coalesce(\(author.role), session_user), \(author.means), \(action.verb),
                \(action.target), \(action.reason), \(action.before), \(action.after))
            returning id
            """
        )
        return try rows.first?.integer("id", as: Int64.self) ?? 0
    }

    /// Says of an action that takes several transactions what has come of it.
    func conclude(_ action: Int64, after: String) async throws {
        try await connection.query(
            "update longshore.actions set after = \(after) where id = \(action)"
        )
    }
}

/// What somebody does to what.
struct Action {
    let verb: ActionVerb
    let target: String
    var reason: String?
    /// How the target stood, in words.
    var before: String?
    /// How it stands now, in words.
    var after: String?
}
