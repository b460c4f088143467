import Pipelines
public import Planning
import Postgres

/// An alert, and whom it was told.
public struct AlertReport: Sendable, Hashable, Encodable {
    /// The alert.
    public var alert: Alert
    /// Whom it was told, and is to be told, in the order of the messages.
    public var messages: [AlertMessageReport]
}

/// A message that tells an alert, and what became of it.
public struct AlertMessageReport: Sendable, Hashable, Encodable {
    /// Its number.
    public var message: Int64
    /// Where it is told, as the definition writes it.
    public var target: String
    /// Whether it says that the alert is over.
    public var isOver: Bool
    /// Where it stands.
    public var state: AlertMessageState
    /// When it was told last, ISO 8601 in UTC.
    public var told: String?
    /// When it is told again, or tried again; `nil` when it is not.
    public var next: String?
    /// Why it was not told at the last attempt.
    public var failure: String?
}

/// Where alerts are looked at, and definitions put whose alerts are to hold before anything is loaded.
public struct AlertDesk: Sendable {
    let client: PostgresClient
    let fleet: String

    /// The alerts that stand, and with `all` those that are over, newest first.
    public func reports(
        ofPipeline pipeline: String? = nil,
        all: Bool = false,
        limit: Int = 1000
    ) async throws -> [AlertReport] {
        let isOfPipeline: SQL = pipeline.map { "a.pipeline = \($0)" } ?? "true"
        let isMeant: SQL = all ? isOfPipeline : "\(isOfPipeline) and a.over_at is null"
        return try await client.transaction { connection in
            let alerts =
                try await connection.query(
                    """
                    select \(AlertTable.columns) from longshore.alert a where \(isMeant)
                    order by a.id desc limit \(limit)
                    """
                )
                .map(AlertTable.alert)
            let messages = try await messages(of: alerts.map(\.id), on: connection)
            return alerts.map { AlertReport(alert: $0, messages: messages[$0.id] ?? []) }
        }
    }

    private func messages(
        of alerts: [Int64],
        on connection: PostgresConnection
    ) async throws -> [Int64: [AlertMessageReport]] {
        let rows = try await connection.query(
            """
            select a.id as alert, m.id, m.target, m.is_over, m.state, \(isoTime("m.told_at")) as told,
                case m.state when \(AlertMessageState.open) then \(isoTime("m.next_at")) end as next, m.failure
            from longshore.alert a join longshore.alert_message m on a.id = any(m.alerts)
            where a.id = any(\(alerts)::bigint[]) order by m.id
            """
        )
        var messages: [Int64: [AlertMessageReport]] = [:]
        for row in rows {
            messages[try row.integer("alert", as: Int64.self), default: []]
                .append(try AlertMessageReport(row))
        }
        return messages
    }

    /// Registers a definition whose alerts hold from now on, although nothing was loaded by it.
    public func put(_ request: LoadRequest) async throws {
        try await client.transaction { connection in
            try await AlertWatchTable(connection).put(request, fleet: fleet)
        }
    }

    /// Forgets the definition that was put for a pipeline.
    ///
    /// - Returns: whether there was one.
    public func drop(_ pipeline: String) async throws -> Bool {
        try await client.withConnection { try await AlertWatchTable($0).drop(pipeline) }
    }
}

extension AlertMessageReport {
    fileprivate init(_ row: PostgresRow) throws {
        message = try row.integer("id", as: Int64.self)
        target = try AlertMessageTable.target(row.text("target")).words
        isOver = try row.boolean("is_over")
        state = try row.word("state")
        told = try row.optionalText("told")
        next = try row.optionalText("next")
        failure = try row.optionalText("failure")
    }
}
