public import Planning
import Postgres
public import Schedules

/// Schedules as coordinators see them.
extension PostgresLedger: ScheduleLedger {
    /// The fleet's schedules whose next firing is due and that nobody has paused.
    public func dueSchedules() async throws -> [DueSchedule] {
        let rows = try await client.query(
            """
            select s.pipeline, \(ScheduleTable.words), \(ScheduleTable.seconds("s.next_at")) as next,
                \(ScheduleTable.seconds("clock_timestamp()")) as now
            from longshore.schedule s
            where s.next_at <= clock_timestamp() and s.paused_at is null and s.fleet = \(fleet)
            order by s.next_at, s.pipeline
            """
        )
        try await refuseNewer()
        return try rows.map { row in
            DueSchedule(
                pipeline: try row.text("pipeline"),
                schedule: try ScheduleTable.schedule(row),
                next: try row.integer("next"),
                now: try row.integer("now")
            )
        }
    }

    /// Writes down firings, if what is next is still what it was.
    public func write(
        _ due: ScheduleClock.Due,
        of schedule: DueSchedule,
        by coordinator: String
    ) async throws -> Bool {
        try await client.transaction { connection in
            guard try await ScheduleTable(connection).move(schedule, to: due.next) else {
                return false
            }
            try await FiringTable(connection)
                .insert(due.firings, of: schedule.pipeline, by: coordinator)
            return true
        }
    }

    /// Takes the oldest open firing of a schedule that nobody holds.
    public func takeFiring(
        by coordinator: String,
        for duration: Duration
    ) async throws -> OpenFiring? {
        try await client.withConnection { connection in
            try await FiringTable(connection).take(by: coordinator, fleet: fleet, for: duration)
        }
    }

    /// Extends the lease unless somebody else has taken over.
    public func renew(_ lease: FiringLease, for duration: Duration) async throws -> Bool {
        try await client.withConnection { try await FiringTable($0).extend(lease, by: duration) }
    }

    /// Ends the lease after a pause in which nobody takes the firing.
    public func putOff(_ lease: FiringLease, for pause: Duration) async throws {
        _ = try await renew(lease, for: pause)
    }

    /// The oldest load of the pipeline that runs; replays do not count, because they claim no period.
    public func runningLoad(ofPipeline pipeline: String) async throws -> Int64? {
        try await client.withConnection { try await LoadTable($0).running(ofPipeline: pipeline) }
    }

    /// Writes what came of a firing without a load of its own.
    public func end(_ lease: FiringLease, as end: FiringEnd) async throws -> Bool {
        try await client.withConnection { try await FiringTable($0).end(lease, as: end) }
    }
}
