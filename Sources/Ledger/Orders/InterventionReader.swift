public import Planning
public import Postgres

extension Interventions {
    /// The orders about some loads.
    static func sql(ofLoads loads: [Int64]) -> SQL {
        """
        select l.id as load_id, i.ordinal, i.kind, i.interrupts, i.ordered_by, i.reason, i.ordered_at,
            coalesce(i.pipeline, i.load_id::text) as target
        from longshore.load l
        join longshore.intervention i
            on i.load_id = l.id or (i.kind = \(OrderKind.pause) and i.pipeline = l.pipeline)
        where l.id = any(\(loads))
        union all
        select id, null, \(OrderKind.cancel), true, null, null, null, null from longshore.load
        where id = any(\(loads)) and state = \(LoadState.cancelled)
        order by ordered_at
        """
    }

    /// What the rows of ``sql(ofLoads:)`` say, by load.
    static func read(_ rows: PostgresResult) throws -> [Int64: Interventions] {
        var orders: [Int64: Interventions] = [:]
        for row in rows {
            let load = try row.integer("load_id", as: Int64.self)
            let ordinal = try row.optionalInteger("ordinal", as: Int64.self).map(Int.init)
            if try row.word("kind", as: OrderKind.self) == .pause {
                let pause: Pause = try row.boolean("interrupts") ? .now : .afterRunning
                orders[load, default: Interventions()].add(pause, of: ordinal)
                guard ordinal == nil, orders[load]?.pausedBy == nil else { continue }
                orders[load]?.pausedBy = try pausedBy(row)
            } else if let ordinal {
                orders[load, default: Interventions()].cancelled.insert(ordinal)
            } else {
                orders[load, default: Interventions()].isCancelled = true
            }
        }
        return orders
    }

    private static func pausedBy(_ row: PostgresRow) throws -> PausedBy {
        PausedBy(
            target: try row.text("target"),
            person: try row.text("ordered_by"),
            reason: try row.optionalText("reason")
        )
    }
}

/// The orders of people, read on a connection that no attempt uses.
///
/// It never changes the ledger, not even its schema: a worker may have the right to read only.
public struct InterventionReader: InterventionLedger {
    private let client: PostgresClient

    /// A reader that connects when it is first asked.
    public init(_ configuration: PostgresConfiguration) {
        client = PostgresClient(configuration.atWarehouse)
    }

    /// The pauses and cancellations of some loads.
    public func interventions(
        ofLoads loads: Set<Int64>
    ) async throws -> [Int64: Interventions] {
        try Interventions.read(
            await client.query(Interventions.sql(ofLoads: loads.sorted()))
        )
    }

    /// Ends the connection.
    public func close() async {
        await client.close()
    }
}
