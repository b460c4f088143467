import Pipelines
import Planning
import Postgres

/// Which definition a pipeline's alerts are of: the one that was put last, for its alerts or as its schedule; where none
/// was, that of its last load.
///
/// Nothing else writes `longshore.alert_watch`, which has those that were put for their alerts.
struct AlertWatchTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// The pipelines of a fleet that may tell alerts, or have some that stand.
    func pipelines(ofFleet fleet: String) async throws -> [String] {
        try await connection.query(
            """
            select w.pipeline from \(Self.newest(where: "true"))
            where w.fleet = \(fleet) and \(Self.mayTell)
            union
            select pipeline from longshore.alert where fleet = \(fleet) and over_at is null
            order by pipeline
            """
        )
        .map { try $0.text("pipeline") }
    }

    /// The definition that a pipeline's alerts are of; `nil` when it tells none to this fleet.
    func definition(ofPipeline name: String, fleet: String) async throws -> StoredDefinition? {
        try await connection.query(
            """
            select w.pipeline, w.folder, w.definition, d.bundle
            from \(Self.newest(where: "pipeline between \(name) and \(name)"))
            where w.fleet = \(fleet) and \(Self.mayTell)
            """
        )
        .first.map { try StoredDefinition($0, ofLoad: 0) }
    }

    /// Definitions are long: most that tell nothing are not read.
    private static let mayTell: SQL = "position('alerts' in d.bundle) > 0"

    /// The definitions `w` that count, and their texts `d`.
    private static func newest(where isMeant: SQL) -> SQL {
        """
        (select distinct on (n.pipeline) n.* from (
            select pipeline, fleet, folder, definition, put_at, false as is_load
            from longshore.alert_watch where \(isMeant)
            union all
            select pipeline, fleet, folder, definition, put_at, false
            from longshore.schedule where \(isMeant)
            union all
            select pipeline, fleet, folder, definition, created_at, true from longshore.load
            where id in (\(newestLoads(where: isMeant)))
        ) n order by n.pipeline, n.is_load, n.put_at desc) w
        join longshore.definition d on d.digest = w.definition
        """
    }

    /// The newest load of each pipeline that is meant, from one to the next by the index.
    ///
    /// A group would read every load there ever was. One pipeline is meant by a range: for an equality the planner may
    /// read all loads that are newer than the pipeline's.
    private static func newestLoads(where isMeant: SQL) -> SQL {
        let isLoad: SQL = "kind = \(LoadKind.load) and \(isMeant)"
        let first: SQL = "order by pipeline desc, id desc limit 1"
        return """
            with recursive newest as (
                (select pipeline, id from longshore.load where \(isLoad) \(first))
                union all
                select l.pipeline, l.id from newest p cross join lateral (
                    select pipeline, id from longshore.load
                    where pipeline < p.pipeline and \(isLoad) \(first)) l
            )
            select id from newest
            """
    }

    /// Registers a definition, in place of the one that there is.
    func put(_ request: LoadRequest, fleet: String) async throws {
        let pipeline = request.pipeline.name
        try await StoredDefinition.keep(request.definition, of: pipeline, on: connection)
        try await connection.query(
            """
            insert into longshore.alert_watch (pipeline, fleet, definition, folder, put_by)
            values (\(pipeline), \(fleet), \(request.definition.digest), \(request.folder),
                \(request.requestedBy))
            on conflict (pipeline) do update set fleet = excluded.fleet, definition = excluded.definition,
                folder = excluded.folder, put_by = excluded.put_by, put_at = clock_timestamp()
            """
        )
    }

    /// Forgets the definition that was put.
    ///
    /// - Returns: whether there was one.
    func drop(_ pipeline: String) async throws -> Bool {
        try await connection
            .query("delete from longshore.alert_watch where pipeline = \(pipeline)")
            .affectedRows == 1
    }

    /// Gives what was put for a pipeline to its new name; where that has one, it stays and the other goes.
    func give(ofPipeline old: String, toPipeline new: String) async throws {
        try await connection.query(
            """
            delete from longshore.alert_watch where pipeline = \(old)
                and exists (select from longshore.alert_watch where pipeline = \(new))
            """
        )
        try await connection.query(
            "update longshore.alert_watch set pipeline = \(new) where pipeline = \(old)"
        )
    }
}
