import Loading
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@testable import Ledger

/// What of loads is still to be told, by what the ledger shows and what was told.
@Suite("Lineage in the ledger", .serialized)
struct LineageTests {
    private func take(
        _ dock: Dock,
        by coordinator: String = "one",
        for duration: Duration = .seconds(60)
    ) async throws -> LineageRound? {
        try await dock.ledger.coordination.takeLineage(by: coordinator, for: duration)
    }

    /// Tells all there is, `most` events in a turn.
    private func tell(_ dock: Dock, most: Int = .max) async throws -> [LineageEvent] {
        let ledger = dock.ledger.coordination
        var events: [LineageEvent] = []
        while let round = try await take(dock) {
            for event in round.events.prefix(most) {
                #expect(try await ledger.told(event, in: round.turn, for: .seconds(60)))
                events.append(event)
            }
            try await ledger.end(round.turn)
        }
        return events
    }

    /// `START load 1`, `COMPLETE sale 2024-01 1`.
    private func words(_ events: [LineageEvent]) -> [String] {
        events.map { event in
            "\(event.kind.rawValue) \(event.task?.title ?? "load") \(event.run.number)"
        }
    }

    private func finish(_ dock: Dock, as state: LoadState = .loaded) async throws {
        try await dock.connection.query(
            """
            update longshore.load set state = \(state.rawValue), finished_at = clock_timestamp()
            where state = 'running'
            """
        )
    }

    private static let whole = [
        "START load 1", "START customer 1", "COMPLETE customer 1", "START sale 2024-01 1",
        "COMPLETE sale 2024-01 1", "COMPLETE load 1",
    ]

    // MARK: Runs

    @Test("loads whose definition nobody can read any more do not take the place of others")
    func unreadable() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(try Shop.definition())
        try await finish(dock)
        try await dock.connection.query(
            """
            insert into longshore.definition select 'odd', pipeline, '{}', created_at
            from longshore.definition limit 1
            """
        )
        try await dock.connection.query(
            """
            insert into longshore.load (pipeline, definition, folder, grain, periods, state,
                requested_by, finished_at, fleet)
            select l.pipeline, 'odd', l.folder, l.grain, l.periods, 'loaded', 'ana', now(), l.fleet
            from longshore.load l, generate_series(1, 60)
            """
        )
        try await dock.load(try Shop.definition(), periods: "2024-02")
        try await finish(dock)
        let events = try await tell(dock)
        #expect(events.filter { $0.kind == .complete && $0.task == nil }.count == 2)
    }

    @Test("a load is told with its tasks in between, in the order of time, once")
    func whole() async throws {
        let dock = try await Dock(Shop.files)
        #expect(try await take(dock) == nil)
        let load = try await dock.load(try Shop.definition())
        #expect(load.failures == [])
        try await finish(dock)
        let events = try await tell(dock)
        #expect(words(events) == Self.whole)
        #expect(events.map(\.time) == events.map(\.time).sorted())
        #expect(events.allSatisfy { $0.time.utf8.count == 27 })
        #expect(events[4].result?.counts == RowCounts(read: 3, loaded: 3))
        #expect(events[4].result?.files == 1)
        #expect(events[4].result?.bytes == Shop.january.utf8.count)
        #expect(events[4].parent == LineageRun(load: 1, number: 1))
        #expect(try await take(dock) == nil)
    }

    @Test(
        "what is told does not depend on when it is looked at, or after which event a coordinator dies"
    )
    func pieces() async throws {
        let dock = try await Dock(Shop.files)
        var events = try await tell(dock)
        var load = try await dock.create(try Shop.definition())
        for (ordinal, task) in load.tasks.enumerated() {
            events += try await tell(dock, most: 1)
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal)
            )
        }
        #expect(load.failures == [])
        try await finish(dock)
        // Told, and not marked.
        let lost = try #require(try await take(dock))
        try await dock.ledger.coordination.end(lost.turn)
        events += try await tell(dock, most: 1)
        #expect(words(events) == Self.whole)
        #expect(lost.events.first == events.suffix(lost.events.count).first)
    }

    @Test("each attempt that has failed is a run, with its failure")
    func attempts() async throws {
        let dock = try await Dock(["customers.csv": "customer\nc1\n"])
        var load = try await dock.create(try Shop.definition())
        load.outcomes["customer"] = await dock.perform(load.task("customer"))
        let failure = try #require(load.failure("customer"))
        let verdict = try await dock.loader.record(
            failure,
            of: load.task("customer"),
            by: "test",
            policy: RetryPolicy()
        )
        #expect(verdict == .final)
        _ = try await dock.ledger.orders.retry(.load(load.id), .failed)
        try dock.write("customers.csv", Shop.customers)
        try dock.write("sales_2024-01.csv", Shop.january)
        load.outcomes["customer"] = await dock.perform(load.task("customer"))
        #expect(load.failures == [])
        let events = try await tell(dock)
        #expect(
            words(events) == [
                "START load 1", "START customer 1", "FAIL customer 1", "START customer 2",
                "COMPLETE customer 2",
            ]
        )
        #expect(events.map(\.time) == events.map(\.time).sorted())
        #expect(events.compactMap(\.failure?.code) == [failure.code])
    }

    @Test(
        "a run that was told to begin is aborted when its task is cancelled, and others are not told"
    )
    func aborted() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(try Shop.definition())
        try await dock.connection.query(
            """
            update longshore.task set state = 'published', begun_at = clock_timestamp()
            where table_name = 'dim_customer'
            """
        )
        #expect(words(try await tell(dock)) == ["START load 1", "START customer 1"])
        try await dock.connection.query("update longshore.task set state = 'cancelled'")
        try await finish(dock, as: .cancelled)
        #expect(words(try await tell(dock)) == ["ABORT customer 1", "ABORT load 1"])
        #expect(try await take(dock) == nil)
    }

    @Test("what goes on for long is told to go on")
    func running() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(try Shop.definition())
        try await dock.connection.query(
            "update longshore.task set state = 'published', begun_at = clock_timestamp()"
        )
        _ = try await tell(dock)
        try await dock.connection.query(
            "update longshore.lineage_run set told_at = now() - interval '11 minutes'"
        )
        #expect(
            Set(words(try await tell(dock))) == [
                "RUNNING load 1", "RUNNING customer 1", "RUNNING sale 2024-01 1",
            ]
        )
        #expect(try await take(dock) == nil)
    }

    @Test("a load that runs again has another run, and its tasks those that they had not")
    func again() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(try Shop.definition())
        _ = await dock.perform(load.task("customer"))
        try await dock.connection.query(
            """
            update longshore.task set state = 'failed', failure_code = 'definition.unreadable',
                failure_message = 'it cannot be read'
            where table_name = 'fact_sale'
            """
        )
        try await finish(dock, as: .failed)
        let told = words(try await tell(dock))
        #expect(
            Array(told.suffix(3)) == ["START sale 2024-01 1", "FAIL sale 2024-01 1", "FAIL load 1"]
        )
        _ = try await dock.ledger.orders.retry(.load(load.id), .failed)
        _ = await dock.perform(load.task("sale 2024-01"))
        try await finish(dock)
        #expect(
            words(try await tell(dock)).sorted() == [
                "COMPLETE load 2", "COMPLETE sale 2024-01 2", "START load 2",
                "START sale 2024-01 2",
            ]
        )
    }

    // MARK: Turns

    @Test(
        "one of several coordinators tells, another when it is done or dies, and who was overtaken cannot mark"
    )
    func turns() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(try Shop.definition())
        let ledger = dock.ledger.coordination
        let first = try #require(try await take(dock))
        #expect(try await take(dock, by: "two") == nil)
        try await dock.connection.query(
            "update longshore.lineage set lease_until = now() - interval '1 second'"
        )
        let second = try #require(try await take(dock, by: "two"))
        #expect(second.events == first.events)
        let event = first.events[0]
        #expect(try await !ledger.told(event, in: first.turn, for: .seconds(60)))
        #expect(try await ledger.told(event, in: second.turn, for: .seconds(60)))
        try await ledger.end(first.turn)
        #expect(
            try await dock.row("select lease_until > now() from longshore.lineage") == "t"
        )
    }

    @Test("after a failure the receiver is let alone, for as long as it wants, and it is known why")
    func postponed() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(try Shop.definition())
        let ledger = dock.ledger.coordination
        let round = try #require(try await take(dock))
        try await ledger.postpone(
            round.turn,
            because: LineageFailure("the status 429", pause: .seconds(120))
        )
        #expect(try await take(dock) == nil)
        #expect(
            try await dock.row(
                """
                select failure, attempts, round(extract(epoch from next_at - now()) / 60)
                from longshore.lineage
                """
            ) == "the status 429|1|2"
        )
        try await dock.connection.query("update longshore.lineage set next_at = now()")
        #expect(try await take(dock)?.events == round.events)
    }

    @Test(
        "loads of other fleets, and those that ended long ago, are not told; a load that is forgotten holds up nothing"
    )
    func others() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(try Shop.definition())
        let round = try #require(try await take(dock))
        let set = "update longshore.load set "
        for change in [
            "fleet = 'another'",
            "fleet = null, state = 'failed', finished_at = now() - interval '8 days'",
        ] {
            try await dock.connection.query(SQL(raw: set + change))
            try await dock.ledger.coordination.end(round.turn)
            #expect(try await take(dock) == nil, "\(change)")
        }
        try await dock.connection.query("delete from longshore.control")
        try await dock.connection.query("delete from longshore.load")
        let isTold = try await dock.ledger.coordination.told(
            round.events[0],
            in: round.turn,
            for: .seconds(60)
        )
        #expect(isTold)
        #expect(try await dock.row("select count(*) from longshore.lineage_run") == "0")
    }
}
