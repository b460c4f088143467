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
            let free = TaskTable.free("load_id = \(older) and state in (\(TaskState.open))")
            guard try await TaskTable(connection).end(free, as: .superseded) == open else {
                continue
            }
            try await LoadTable(connection).endByTasks(older)
            try await OutdatedMarts(load: older, connection: connection).mark()
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
            where l.state = \(LoadState.running) and l.id < \(load) and l.kind = \(LoadKind.load)
                and not exists (select from longshore.intervention i
                    where \(InterventionTable.pausesLoad))
                and \(LoadTable.isFree)
                and not exists (select from longshore.task t
                    left join longshore.control c on \(ControlTable.isOf("t"))
                    where t.load_id = l.id and t.state in (\(TaskState.open))
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
            where load_id = \(load) and state in (\(TaskState.open))
            """
        )
        return try rows.first.map { try $0.integer("count") } ?? 0
    }
}
