import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import Schedules
import StarSchema
import Testing
import WarehouseTestSupport

/// Schedules as people register them, hold them up and look at them.
@Suite("The desk of schedules", .serialized)
struct ScheduleDeskTests {
    private func schedule(
        _ cron: String = "0 2 * * *",
        deadline: String? = "06:00"
    ) throws -> Schedule {
        Schedule(
            cron: try CronExpression(cron),
            zone: "America/Bogota",
            deadline: deadline.flatMap(TimeOfDay.init)
        )
    }

    @discardableResult
    private func put(_ dock: Dock, _ schedule: Schedule) async throws -> ScheduleReport {
        let request = try dock.request(Shop.definition()).0
        return try await dock.ledger.schedules
            .put(schedule, of: request, ScheduleClock(of: schedule))
    }

    /// Has the next firing be one of some hours ago, and its deadline likewise.
    private func backdate(_ dock: Dock, hours: Int, deadline: Int) async throws {
        try await dock.connection.query(
            """
            update longshore.schedule set
                next_at = date_trunc('second', clock_timestamp()) - \(hours) * interval '1 hour',
                next_deadline_at = date_trunc('second', clock_timestamp()) - \(deadline) * interval '1 hour'
            """
        )
    }

    /// Writes down what is due and takes the firing.
    private func fire(_ dock: Dock) async throws -> OpenFiring {
        let ledger = dock.ledger.coordination
        let due = try #require(try await ledger.dueSchedules().first)
        let clock = try ScheduleClock(of: due.schedule)
        var firings = clock.due(from: due.next, now: due.next)
        // As the back-dated schedule has it.
        firings.firings[0].deadline = due.next + 3600
        #expect(try await ledger.write(firings, of: due, by: "one"))
        return try #require(try await ledger.takeFiring(by: "one", for: .seconds(15)))
    }

    @Test("a schedule that is put again keeps its next firing while its times are the same")
    func putAgain() async throws {
        let dock = try await Dock(Shop.files)
        let first = try await put(dock, schedule())
        #expect(first.next?.hasSuffix("T07:00:00Z") ?? false)
        try await backdate(dock, hours: 2, deadline: -2)
        let kept = try await put(dock, schedule(deadline: "07:00"))
        #expect(kept.next != first.next)
        #expect(kept.deadline == "07:00")
        #expect(try await dock.ledger.coordination.dueSchedules().count == 1)
        let moved = try await put(dock, schedule("0 3 * * *"))
        #expect(moved.next?.hasSuffix("T08:00:00Z") ?? false)
        #expect(try await dock.ledger.coordination.dueSchedules() == [])
    }

    @Test("what is registered is loaded by its definition, without the folder of the definition")
    func request() async throws {
        let dock = try await Dock(Shop.files)
        try await put(dock, schedule())
        let request = try await dock.ledger.schedules.request(ofPipeline: "shop", by: "schedule")
        let definition = try Shop.definition()
        #expect(request.pipeline == definition.pipeline)
        #expect(request.definition == definition.bundle)
        #expect(request.folder == dock.folder)
        #expect(request.requestedBy == "schedule")
    }

    @Test("a pause is told with its reason, and what passes meanwhile is not fired")
    func pause() async throws {
        let dock = try await Dock(Shop.files)
        try await put(dock, schedule())
        let desk = dock.ledger.schedules
        #expect(try await desk.pause("shop", reason: "it moves", by: "ana"))
        #expect(try await !desk.pause("shop", reason: "again", by: "bo"))
        let paused = try await desk.report(of: "shop")
        #expect(paused.pausedBy == "ana")
        #expect(paused.pauseReason == "it moves")
        #expect(paused.next == nil)
        try await backdate(dock, hours: 5, deadline: 1)
        #expect(try await desk.overdue() == [])
        let clock = try ScheduleClock(of: schedule())
        #expect(try await desk.resume("shop", clock))
        #expect(try await !desk.resume("shop", clock))
        #expect(try await dock.ledger.coordination.dueSchedules() == [])
        #expect(try await desk.report(of: "shop").pausedBy == nil)
        #expect(try await desk.firings(ofPipeline: "shop", limit: 10) == [])
    }

    @Test("what nobody has fired by its deadline is overdue, and stays so until it is loaded")
    func overdue() async throws {
        let dock = try await Dock(Shop.files)
        try await put(dock, schedule())
        let desk = dock.ledger.schedules
        #expect(try await desk.overdue() == [])
        try await backdate(dock, hours: 2, deadline: 1)
        let unfired = try await desk.overdue()
        #expect(unfired.map(\.pipeline) == ["shop"])
        #expect(unfired.map(\.state) == [nil])
        #expect(try await desk.report(of: "shop").overdueSince == unfired.first?.deadline)

        let firing = try await fire(dock)
        #expect(try await desk.overdue().map(\.state) == [.open])
        let (request, graph) = try dock.request(Shop.definition())
        let creator = dock.ledger.requests.creator(for: firing.lease, awaited: nil)
        let load = try await creator.create(request, tasks: graph.tasks)
        #expect(try await desk.overdue().map(\.load) == [load])
        #expect(try await dock.ledger.fleet.figures().overdueFirings.map(\.value) == [1])
        for ordinal in graph.tasks.indices {
            _ = await dock.perform(LoadTaskID(load: load, ordinal: ordinal))
        }
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load,
                owner: "one",
                for: .seconds(15)
            )
        )
        _ = try await dock.ledger.coordination.finish(lease, state: .loaded, blocked: [])
        #expect(try await desk.overdue() == [])
        #expect(try await dock.ledger.fleet.figures().overdueFirings.map(\.value) == [0])
    }

    @Test(
        "what is refused, missed or awaits a file is overdue until a later firing brings everything",
        arguments: [
            FiringEnd.refused("no such table"), .nothingDue(awaited: "no file matches `a.csv`"),
        ]
    )
    func laterFiring(end: FiringEnd) async throws {
        let dock = try await Dock(Shop.files)
        try await put(dock, schedule())
        let desk = dock.ledger.schedules
        try await backdate(dock, hours: 30, deadline: 26)
        let first = try await fire(dock)
        #expect(try await dock.ledger.coordination.end(first.lease, as: end))
        #expect(try await desk.overdue().map(\.state).first == end.state)
        #expect(try await desk.firings(ofPipeline: "shop", limit: 1).first?.reason == end.reason)
        try await backdate(dock, hours: 2, deadline: -1)
        let second = try await fire(dock)
        #expect(
            try await dock.ledger.coordination.end(second.lease, as: .nothingDue(awaited: nil))
        )
        try await backdate(dock, hours: -1, deadline: -1)
        #expect(try await desk.overdue() == [])
    }

    @Test(
        "a firing that was left to a load is overdue unless a firing of the same deadline made that",
        arguments: [nil, 0, 1]
    )
    func leftToLoad(daysBefore: Int?) async throws {
        let dock = try await Dock(Shop.files)
        try await put(dock, schedule())
        let load = try await dock.create(Shop.definition()).id
        try await backdate(dock, hours: 2, deadline: 1)
        let firing = try await fire(dock)
        if let daysBefore {
            try await dock.connection.query(
                """
                insert into longshore.firing (pipeline, planned_at, deadline_at, state, is_complete, load_id)
                select pipeline, planned_at - interval '1 hour', deadline_at - \(daysBefore) * interval '1 day',
                    'loaded', true, \(load)::bigint
                from longshore.firing
                """
            )
        }
        #expect(try await dock.ledger.coordination.end(firing.lease, as: .skipped(load)))
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let overdue = try await dock.ledger.schedules.overdue().map(\.state)
        // An earlier deadline's firing is good by its load, and older.
        #expect(overdue == (daysBefore == 0 ? [] : [.skipped]))
    }

    @Test("a schedule that is dropped fires nothing any more, and its firings stay")
    func drop() async throws {
        let dock = try await Dock(Shop.files)
        try await put(dock, schedule())
        let desk = dock.ledger.schedules
        _ = try await desk.run("shop", by: "ana")
        let taken = try #require(
            try await dock.ledger.coordination.takeFiring(by: "one", for: .seconds(15))
        )
        try await desk.drop("shop", by: "bo")
        #expect(try await !dock.ledger.coordination.end(taken.lease, as: .nothingDue(awaited: nil)))
        let firings = try await desk.firings(ofPipeline: "shop", limit: 10)
        #expect(firings.map(\.state) == [.refused])
        #expect(firings.map(\.reason) == ["its schedule was dropped by bo"])
        #expect(firings.map(\.requestedBy) == ["ana"])
        #expect(try await desk.reports() == [])
        await #expect(throws: LedgerError.self) { try await desk.drop("shop", by: "bo") }
        await #expect(throws: LedgerError.self) { try await desk.run("shop", by: "bo") }
    }

    @Test("a pipeline that is renamed takes its schedule and its firings along")
    func rename() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        // A load that is not over would keep the name.
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        try await put(dock, schedule())
        _ = try await dock.ledger.schedules.run("shop", by: "ana")
        _ = try await dock.ledger.pipelines.rename("shop", to: "store")
        let desk = dock.ledger.schedules
        #expect(try await desk.reports().map(\.pipeline) == ["store"])
        #expect(try await desk.firings(ofPipeline: "store", limit: 10).count == 1)
        #expect(
            try await desk.request(ofPipeline: "store", by: "schedule").pipeline.name == "store"
        )
    }
}
