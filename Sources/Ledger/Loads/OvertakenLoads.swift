import Planning
import Postgres

/// Older loads that nobody coordinates and that have nothing left to do, because a newer load has loaded
/// everything that they still had to.
///
/// The coordinator of such a load may have been killed: without this it would be running for ever, and
/// who resumes it would only find out.
struct OvertakenLoads {
    /// The newer load.
    let load: Int64
    let connection: PostgresConnection

    /// Ends them as superseded; one of which an attempt still holds a task goes on.
    func end() async throws {
        for older in try await candidates() {
            let open = try await openTasks(of: older)
            guard try await supersedeFreeTasks(of: older) == open else { continue }
            try await connection.query(
                """
                update longshore.load
                set finished_at = clock_timestamp(), epoch = epoch + 1, lease_until = null,
                    rests_until = null,
                    state = case when exists (select from longshore.task
                            where load_id = \(older) and state in ('failed', 'blocked')) then 'failed'
                        when exists (select from longshore.task
                            where load_id = \(older) and state = 'cancelled') then 'cancelled'
                        when exists (select from longshore.task
                            where load_id = \(older) and state = 'superseded') then 'superseded'
                        else 'loaded' end
                where id = \(older)
                """
            )
        }
    }

    /// Running loads of the same pipeline and fleet that nobody has paused, without a coordinator, each of
    /// whose open tasks, if there are any, a newer load has done.
    ///
    /// A replay adds rows to what is there: nobody else does that for it.
    private func candidates() async throws -> [Int64] {
        let rows = try await connection.query(
            """
            select l.id from longshore.load l
            join longshore.load newer on newer.id = \(load) and newer.pipeline = l.pipeline
                and newer.fleet is not distinct from l.fleet
            where l.state = 'running' and l.id < \(load) and l.kind = 'load'
                and not exists (select from longshore.intervention i
                    where i.kind = 'pause' and i.ordinal is null
                        and (i.pipeline = l.pipeline or i.load_id = l.id))
                and (l.lease_until is null or l.lease_until < clock_timestamp())
                and not exists (select from longshore.task t
                    left join longshore.control c on c.schema_name = t.schema_name
                        and c.table_name = t.table_name and c.period = t.period
                    where t.load_id = l.id and t.state in ('waiting', 'published')
                        and (c.loaded_by > l.id) is not true)
            order by l.id for update of l skip locked
            """
        )
        return try rows.map { try $0.integer("id", as: Int64.self) }
    }

    private func openTasks(of load: Int64) async throws -> Int {
        let rows = try await connection.query(
            """
            select count(*) as count from longshore.task
            where load_id = \(load) and state in ('waiting', 'published')
            """
        )
        return try rows.first.map { try $0.integer("count") } ?? 0
    }

    private func supersedeFreeTasks(of load: Int64) async throws -> Int {
        try await connection.query(
            """
            update longshore.task set state = 'superseded'
            where (load_id, ordinal) in (
                select load_id, ordinal from longshore.task
                where load_id = \(load) and state in ('waiting', 'published')
                for update skip locked)
            """
        )
        .affectedRows
    }
}
