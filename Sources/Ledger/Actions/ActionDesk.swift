package import Pipelines
import Postgres

/// Something that somebody has done, as the action log tells it.
public struct ActionReport: Sendable, Hashable, Codable {
    /// Its number.
    public var action: Int64
    /// When, in UTC.
    public var at: String
    /// The person.
    public var who: String
    /// What the console let them do, or their login at Postgres.
    public var role: String
    /// By what.
    public var by: ActionAuthor.Means
    /// What was done, a verb.
    public var verb: String
    /// What it was done to.
    public var target: String
    /// Why.
    public var reason: String?
    /// How the target stood, in words.
    public var before: String?
    /// How it stood afterwards, in words.
    public var after: String?
}

/// What was done, by whom and why.
public struct ActionDesk: Sendable {
    let client: PostgresClient

    /// Actions, the newest first.
    ///
    /// - Parameters:
    ///   - target: Only those whose target is this or begins with it and a blank or a point.
    ///   - action: Only those before the one with this number.
    ///   - limit: The most.
    /// - Returns: The actions.
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func newest(
        ofTarget target: String? = nil,
        before action: Int64? = nil,
        limit: Int
    ) async throws -> [ActionReport] {
        let rows = try await client.query(
            """
            select id, \(isoTime("at")) as at, who, role, by, verb, target, reason, before, after
            from longshore.actions
            where (\(action)::bigint is null or id < \(action)::bigint)
                and (\(target)::text is null or target = \(target)
                    or starts_with(target, \(target) || ' ') or starts_with(target, \(target) || '.'))
            order by id desc limit \(limit)
            """
        )
        return try rows.map { row in
            ActionReport(
                action: try row.integer("id", as: Int64.self),
                at: try row.text("at"),
                who: try row.text("who"),
                role: try row.text("role"),
                by: try row.word("by"),
                verb: try row.text("verb"),
                target: try row.text("target"),
                reason: try row.optionalText("reason"),
                before: try row.optionalText("before"),
                after: try row.optionalText("after")
            )
        }
    }

    /// How what somebody is about to act on stands, in words.
    package func words(of standing: ActionStanding) async throws -> String {
        try await client.withConnection { try await standing.words(on: $0) }
    }

    /// How many rows periods of a pipeline's facts and marts have.
    package func loadedRows(of labels: [String], of pipeline: Pipeline) async throws -> Int {
        let rows = try await client.query(
            """
            select coalesce(sum(c.rows_loaded), 0)::bigint as n from longshore.control c
            where \(ControlTable.areOf(pipeline, labels))
            """
        )
        return try rows.first?.integer("n") ?? 0
    }
}
