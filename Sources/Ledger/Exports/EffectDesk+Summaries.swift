import Planning
import Postgres

/// An export as the control table knows it, with what of it is not delivered.
public struct ExportSummary: Sendable, Hashable, Codable {
    /// The pipeline.
    public var pipeline: String
    /// The schema of its pipeline.
    public var schema: String
    /// The export.
    public var export: String
    /// Its rows, as the newest load has computed them.
    public var rows: Int?
    /// When they were computed, in UTC.
    public var computedAt: String?
    /// When they were delivered last, in UTC.
    public var deliveredAt: String?
    /// Effects that are to be delivered.
    public var open: Int
    /// Effects that the target refuses.
    public var dead: Int
    /// Since when the oldest of those is open, in UTC.
    public var openSince: String?
    /// The code of why one of them is not delivered: what a target says may quote a row.
    public var failure: String?
}

extension EffectDesk {
    /// Every export that was ever computed, by pipeline: what is delivered is not counted.
    public func summaries(limit: Int = 200) async throws -> [ExportSummary] {
        try await client.query(
            """
            with unfinished as (
                select schema_name, export, count(*) filter (where state = \(EffectState.open)) as open,
                    count(*) filter (where state = \(EffectState.dead)) as dead,
                    min(changed_at) filter (where state = \(EffectState.open)) as since,
                    (array_agg(failure_code order by sent_at desc)
                        filter (where failure_code is not null))[1] as failure
                from longshore.effect where state in (\([EffectState.open, .dead]))
                group by schema_name, export
            )
            select c.pipeline, c.schema_name, c.name, c.rows_loaded,
                \(isoTime("c.loaded_at")) as computed, \(isoTime("d.loaded_at")) as delivered,
                coalesce(u.open, 0) as open, coalesce(u.dead, 0) as dead,
                \(isoTime("u.since")) as since, u.failure
            from longshore.control c
            left join longshore.control d on d.kind = \(LoadTaskKind.delivery)
                and d.schema_name = c.schema_name and d.name = c.name
            left join unfinished u on u.schema_name = c.schema_name and u.export = c.name
            where c.kind = \(LoadTaskKind.export)
            order by c.pipeline, c.name limit \(limit)
            """
        )
        .map { row in
            ExportSummary(
                pipeline: try row.text("pipeline"),
                schema: try row.text("schema_name"),
                export: try row.text("name"),
                rows: try row.optionalInteger("rows_loaded"),
                computedAt: try row.optionalText("computed"),
                deliveredAt: try row.optionalText("delivered"),
                open: try row.integer("open"),
                dead: try row.integer("dead"),
                openSince: try row.optionalText("since"),
                failure: try row.optionalText("failure")
            )
        }
    }
}
