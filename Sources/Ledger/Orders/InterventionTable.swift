import Postgres

/// The orders of people that stand.
///
/// Nothing else writes `longshore.intervention`. Which rows a verb is about may be a condition of its caller;
/// what becomes of a row is said here.
struct InterventionTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    // MARK: Conditions

    /// The condition that `i` is a pause of the whole load `l`, by itself or with its pipeline.
    static let pausesLoad: SQL = "\(pauses) and i.ordinal is null"

    /// The condition that `i` is a pause of the load `l`, of its pipeline or of a task of it.
    static let pauses: SQL = """
        i.kind = \(OrderKind.pause) and (i.pipeline = l.pipeline or i.load_id = l.id)
        """

    /// The conditions that a row is about the very target; what it does not name is `nil`.
    static func isAbout(_ names: OrderNames) -> SQL {
        """
        pipeline is not distinct from \(names.pipeline) \
        and load_id is not distinct from \(names.load)::bigint \
        and ordinal is not distinct from \(names.ordinal)::integer
        """
    }

    // MARK: Verbs

    /// Writes an order; an order that stands already only becomes stronger.
    ///
    /// - Returns: Whether it is new, or stronger than before.
    func record(_ order: GivenOrder, about names: OrderNames) async throws -> Bool {
        let stronger = try await connection.query(
            """
            update longshore.intervention
            set interrupts = \(order.interrupts), reason = coalesce(\(order.reason), reason),
                ordered_by = \(order.person), ordered_at = clock_timestamp()
            where kind = \(order.kind) and \(Self.isAbout(names)) and \(order.interrupts)
                and not interrupts
            """
        )
        if stronger.affectedRows > 0 { return true }
        return try await connection
            .query(
                """
                insert into longshore.intervention
                    (pipeline, load_id, ordinal, interrupts, reason, ordered_by, kind)
                values (\(names.pipeline), \(names.load)::bigint, \(names.ordinal)::integer,
                    \(order.interrupts), \(order.reason), \(order.person), \(order.kind))
                on conflict do nothing
                """
            )
            .affectedRows > 0
    }

    /// Takes orders of a kind back.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    func withdraw(_ kind: OrderKind, _ rows: SQL) async throws -> Bool {
        try await connection
            .query("delete from longshore.intervention where kind = \(kind) and \(rows)")
            .affectedRows > 0
    }

    /// Gives the orders about a pipeline to its new name; a pause that both have is one afterwards.
    func give(ofPipeline old: String, toPipeline new: String) async throws {
        try await connection.query(
            """
            delete from longshore.intervention o where o.pipeline = \(old) and exists (
                select from longshore.intervention n where n.pipeline = \(new) and n.kind = o.kind)
            """
        )
        try await connection.query(
            "update longshore.intervention set pipeline = \(new) where pipeline = \(old)"
        )
    }
}

/// The pipeline, load and ordinal that an order names; what it does not name is `nil`.
typealias OrderNames = (pipeline: String?, load: Int64?, ordinal: Int?)
