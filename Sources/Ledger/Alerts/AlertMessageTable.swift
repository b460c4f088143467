import Foundation
import Pipelines
import Planning
import Postgres

/// The messages that tell alerts, and what became of them.
///
/// Nothing else writes `longshore.alert_message`. A message never changes: it is told under the same identity however
/// often it is told.
struct AlertMessageTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// A target as the ledger keeps it: equal targets are equal texts.
    static func text(of target: AlertTarget) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(target), as: UTF8.self)
    }

    static func target(_ text: String) throws -> AlertTarget {
        do {
            return try JSONDecoder().decode(AlertTarget.self, from: Data(text.utf8))
        } catch {
            throw LedgerError.unknownWord(text, "target")
        }
    }

    // MARK: Writing

    /// Writes that a target is to be told alerts, in messages of not too many.
    ///
    /// An Alertmanager hears that alerts are over from the message that says that they stand.
    func insert(
        _ alerts: [Int64],
        to target: String,
        ofPipeline pipeline: String,
        fleet: String,
        isOver: Bool
    ) async throws {
        let kind = try Self.target(target).kind
        guard !isOver || kind != .alertmanager else { return }
        for start in stride(from: 0, to: alerts.count, by: AlertMessage.most) {
            let chunk = Array(alerts[start..<min(start + AlertMessage.most, alerts.count)])
            try await connection.query(
                """
                insert into longshore.alert_message (pipeline, fleet, kind, target, is_over, alerts)
                values (\(pipeline), \(fleet), \(kind), \(target), \(isOver), \(chunk)::bigint[])
                """
            )
        }
    }

    /// Who is told, or was, that alerts of a pipeline stand.
    func targets(ofStanding pipeline: String) async throws -> [Int64: Set<String>] {
        let rows = try await connection.query(
            """
            select distinct a.id, m.target from longshore.alert_message m
            join longshore.alert a on a.pipeline = m.pipeline and a.id = any(m.alerts)
            where m.pipeline = \(pipeline) and not m.is_over and a.over_at is null
            """
        )
        var targets: [Int64: Set<String>] = [:]
        for row in rows {
            targets[try row.integer("id", as: Int64.self), default: []]
                .insert(try row.text("target"))
        }
        return targets
    }

    /// Has Alertmanagers told at once that alerts are over, in the messages that say that they stand.
    func hasten(_ alerts: [Int64]) async throws {
        try await connection.query(
            """
            update longshore.alert_message set next_at = clock_timestamp()
            where state = \(AlertMessageState.open) and kind = \(AlertTarget.Kind.alertmanager)
                and attempts = 0 and alerts && \(alerts)::bigint[]
            """
        )
    }

    /// Forgets messages that ended long ago.
    func forget() async throws {
        try await connection.query(
            """
            delete from longshore.alert_message where state <> \(AlertMessageState.open)
                and written_at < now() - \(AlertTable.days) * interval '1 day'
                and not exists (select from longshore.alert a where a.id = any(alerts) and a.over_at is null)
            """
        )
    }

    /// Gives a pipeline's messages to its new name.
    func give(ofPipeline old: String, toPipeline new: String) async throws {
        try await connection.query(
            "update longshore.alert_message set pipeline = \(new) where pipeline = \(old)"
        )
    }

    // MARK: Telling

    /// Takes the message of a fleet that waits longest and that nobody holds; a target hears of a pipeline in order.
    func take(
        by coordinator: String,
        fleet: String,
        for duration: Duration
    ) async throws -> AlertMessage? {
        let rows = try await connection.query(
            """
            with taken as (
                select m.id from longshore.alert_message m
                where m.state = \(AlertMessageState.open) and m.fleet = \(fleet)
                    and m.next_at <= clock_timestamp()
                    and (m.lease_until is null or m.lease_until < clock_timestamp())
                    and (m.kind = \(AlertTarget.Kind.alertmanager) or not exists (
                        select from longshore.alert_message e
                        where e.state = \(AlertMessageState.open) and e.pipeline = m.pipeline
                            and e.target = m.target and e.id < m.id))
                order by m.next_at, m.id limit 1 for update of m skip locked
            )
            update longshore.alert_message m set fence = m.fence + 1, coordinator = \(coordinator),
                lease_until = clock_timestamp() + \(duration / .seconds(1)) * interval '1 second'
            from taken t where m.id = t.id
            returning m.id, m.fence, m.target, m.pipeline, m.is_over, \(isoTime("m.written_at")) as written,
                (select w.id || '.' || m.id from longshore.warehouse w) as identity
            """
        )
        guard let row = rows.first else { return nil }
        let id = try row.integer("id", as: Int64.self)
        return AlertMessage(
            id: id,
            fence: try row.integer("fence", as: Int64.self),
            identity: try row.text("identity"),
            target: try Self.target(row.text("target")),
            pipeline: try row.text("pipeline"),
            isOver: try row.boolean("is_over"),
            alerts: try await alerts(ofMessage: id),
            written: try row.text("written")
        )
    }

    private func alerts(ofMessage id: Int64) async throws -> [Alert] {
        try await connection.query(
            """
            select \(AlertTable.columns) from longshore.alert_message m
            join longshore.alert a on a.id = any(m.alerts) where m.id = \(id) order by a.id
            """
        )
        .map(AlertTable.alert)
    }

    /// Writes that a message was told; one that is repeated stays open.
    ///
    /// - Returns: `false` when somebody else took over.
    func told(_ message: AlertMessage) async throws -> Bool {
        let state: AlertMessageState = message.isRepeated ? .open : .told
        let pause = AlertMessage.repetition / .seconds(1)
        return try await update(
            """
            state = \(state), told_at = clock_timestamp(), attempts = 0, failure = null, lease_until = null,
            next_at = clock_timestamp() + \(pause) * interval '1 second'
            """,
            of: message
        )
    }

    /// Writes that a message could not be told: it is tried again after 10 s, 20 s and so on, 10 min at most.
    ///
    /// - Returns: whether it is; one that is old is given up.
    func failed(_ message: AlertMessage, because reason: String) async throws -> Bool {
        let patience = AlertMessage.patience / .seconds(1)
        let isOld: SQL = """
            greatest(written_at, told_at) < clock_timestamp() - \(patience) * interval '1 second'
            """
        let isMine = try await update(
            """
            state = case when \(isOld) then \(AlertMessageState.lost) else \(AlertMessageState.open) end,
            attempts = attempts + 1, failure = \(reason), lease_until = null,
            next_at = clock_timestamp() + least(600, 10 * 2 ^ least(attempts, 10)) * interval '1 second'
            """,
            of: message
        )
        guard isMine else { return true }
        let rows = try await connection.query(
            """
            select state = \(AlertMessageState.open) as is_open from longshore.alert_message
            where id = \(message.id)
            """
        )
        return try rows.first?.boolean("is_open") ?? false
    }

    private func update(_ assignments: SQL, of message: AlertMessage) async throws -> Bool {
        try await connection
            .query(
                """
                update longshore.alert_message set \(assignments)
                where id = \(message.id) and fence = \(message.fence) and state = \(AlertMessageState.open)
                """
            )
            .affectedRows == 1
    }
}
