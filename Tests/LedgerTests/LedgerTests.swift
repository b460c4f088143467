import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("A load in the ledger", .serialized)
struct LedgerTests {
    @Test("creating a load writes the load, its tasks in the plan's order, and its claims")
    func create() async throws {
        let dock = try await Dock()
        let load = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        #expect(
            try await dock.row(
                "select id, pipeline, grain, periods, state, requested_by, folder = '\(dock.folder)' as f "
                    + "from longshore.load"
            ) == "\(load.id)|shop|month|{2024-01,2024-02}|running|test|t"
        )
        #expect(
            try await dock.rows(
                """
                select ordinal, kind, name, table_name, period, pool, state
                from longshore.task order by ordinal
                """
            ) == [
                "0|dimension|customer|dim_customer||default|waiting",
                "1|fact|sale|fact_sale|2024-01|default|waiting",
                "2|fact|sale|fact_sale|2024-02|default|waiting",
            ]
        )
        #expect(
            try await dock.rows(
                """
                select schema_name, table_name, period, period_start, period_end, state, claimed_by
                from longshore.control order by table_name, period
                """
            ) == [
                "shop|dim_customer||∅|∅|pending|\(load.id)",
                "shop|fact_sale|2024-01|2024-01-01|2024-02-01|pending|\(load.id)",
                "shop|fact_sale|2024-02|2024-02-01|2024-03-01|pending|\(load.id)",
            ]
        )
    }

    @Test("a load is read back as it was asked for")
    func record() async throws {
        let dock = try await Dock()
        let definition = try Shop.definition()
        let load = try await dock.create(definition, periods: "2024-01..2024-02")
        let record = try #require(try await dock.ledger.coordination.load(load.id))
        #expect(record.pipeline == definition.pipeline)
        #expect(record.periods.map(\.label) == ["2024-01", "2024-02"])
        #expect(record.state == .running)
        #expect(try await dock.ledger.coordination.load(load.id + 1) == nil)
        #expect(try await dock.ledger.coordination.state(ofLoad: load.id + 1) == nil)
    }

    @Test("one definition is kept once, however many loads use it")
    func oneDefinition() async throws {
        let dock = try await Dock()
        try await dock.create(Shop.definition())
        try await dock.create(Shop.definition())
        #expect(try await dock.row("select count(*) from longshore.definition") == "1")
    }

    @Test("a newer load takes the claims of an older one, and an older one never takes them back")
    func claims() async throws {
        let dock = try await Dock()
        try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        let newer = try await dock.create(Shop.definition(), periods: "2024-02")
        #expect(
            try await dock.rows(
                """
                select period, claimed_by from longshore.control
                where kind = 'fact' order by period
                """
            ) == ["2024-01|\(newer.id - 1)", "2024-02|\(newer.id)"]
        )
    }

    @Test("a closed period refuses the whole load and leaves nothing of it")
    func closed() async throws {
        let dock = try await Dock()
        try await dock.create(Shop.definition(), periods: "2024-01")
        try await dock.connection.query(
            "update longshore.control set state = 'closed' where period = '2024-01'"
        )
        let problem = await dock.problem {
            try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        }
        #expect(
            problem == "the period `2024-01` of `fact_sale` is closed: "
                + "leave it out of `--periods`, or open it again first"
        )
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
        #expect(try await dock.row("select count(*) from longshore.task") == "2")
    }

    @Test("loads that are created at once do not disturb each other")
    func createdAtOnce() async throws {
        let dock = try await Dock()
        let definition = try Shop.definition()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let ledger = LedgerDesks(dock.configuration)
                    let tasks = try PlanGraph(definition.pipeline, periods: []).tasks
                    _ = try await ledger.requests.create(
                        LoadRequest(
                            pipeline: definition.pipeline,
                            definition: definition.bundle,
                            folder: dock.folder,
                            periods: [],
                            requestedBy: "test"
                        ),
                        tasks: tasks
                    )
                    await ledger.close()
                }
            }
            try await group.waitForAll()
        }
        #expect(try await dock.row("select count(*) from longshore.load") == "4")
    }
}

@Suite("Tasks in the ledger", .serialized)
struct LedgerTaskTests {
    private func coordinated() async throws -> (Dock, DockedLoad, LoadLease) {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition(), periods: "2024-01..2024-02")
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "one",
                for: .seconds(60)
            )
        )
        return (dock, load, lease)
    }

    @Test("published tasks are marked, final ones are not")
    func published() async throws {
        let (dock, load, lease) = try await coordinated()
        #expect(await dock.perform(load.task("customer")) == .loaded(RowCounts(read: 2, loaded: 2)))
        #expect(try await dock.ledger.coordination.markPublished([0, 1], lease: lease))
        #expect(
            try await dock.ledger.coordination.states(ofLoad: load.id) == [
                .done, .published, .waiting,
            ]
        )
        #expect(
            try await dock.ledger.coordination.states(ofLoad: load.id, tasks: [0, 2]) == [
                0: .done, 2: .waiting,
            ]
        )
    }

    @Test("marking does not wait for a row that an attempt holds")
    func lockedRow() async throws {
        let (dock, load, lease) = try await coordinated()
        try await dock.connection.transaction {
            try await dock.connection.query(
                "select from longshore.task where ordinal = 1 for update"
            )
            #expect(try await dock.ledger.coordination.markPublished([1, 2], lease: lease))
        }
        #expect(
            try await dock.ledger.coordination.states(ofLoad: load.id) == [
                .waiting, .waiting, .published,
            ]
        )
    }

    @Test(
        "a task is idle when it was published long ago, nobody holds it and no retry is due later"
    )
    func idle() async throws {
        let (dock, load, lease) = try await coordinated()
        #expect(try await dock.ledger.coordination.markPublished([0, 1, 2], lease: lease))
        let ledger = dock.ledger
        #expect(
            try await ledger.coordination.idle([0, 1, 2], ofLoad: load.id, since: .seconds(60))
                == []
        )
        try await dock.connection.query(
            "update longshore.task set published_at = now() - interval '1 hour'"
        )
        #expect(
            try await ledger.coordination.idle([0, 1, 2], ofLoad: load.id, since: .seconds(60)) == [
                0, 1, 2,
            ]
        )
        #expect(
            try await ledger.coordination.idle([2, 1], ofLoad: load.id, since: .seconds(60)) == [
                1, 2,
            ]
        )
        try await dock.connection.query(
            "update longshore.task set retry_at = now() + interval '1 minute' where ordinal = 1"
        )
        try await dock.connection.transaction {
            try await dock.connection.query(
                "select from longshore.task where ordinal = 2 for update"
            )
            #expect(
                try await ledger.coordination.idle([0, 1, 2], ofLoad: load.id, since: .seconds(60))
                    == [0]
            )
        }
    }

    @Test("a load's end is written with the tasks that never ran")
    func finish() async throws {
        let (dock, load, lease) = try await coordinated()
        #expect(try await dock.ledger.coordination.finish(lease, state: .failed, blocked: [1, 2]))
        #expect(try await dock.ledger.coordination.state(ofLoad: load.id) == .failed)
        #expect(
            try await dock.ledger.coordination.states(ofLoad: load.id) == [
                .waiting, .blocked, .blocked,
            ]
        )
        #expect(try await dock.ledger.loads.unfinished() == [])
        #expect(
            try await dock.row("select finished_at is not null, lease_until from longshore.load")
                == "t|∅"
        )
    }

    @Test(
        "callers of one ledger do not share a transaction: one that fails takes nothing of others"
    )
    func separateCallers() async throws {
        let (dock, _, lease) = try await coordinated()
        let definition = try Shop.definition()
        try await dock.connection.query(
            "update longshore.control set state = 'closed' where period = '2024-01'"
        )
        let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let periods = number % 2 == 0 ? "2024-01" : "2024-02"
                    _ = try await dock.ledger.coordination.renew(lease, for: .seconds(60))
                    return await dock.problem {
                        try await dock.create(definition, periods: periods)
                    }
                        != nil
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failed == 10)
        #expect(try await dock.row("select count(*) from longshore.load") == "11")
        #expect(
            try await dock.row("select count(*) from longshore.task where period = '2024-02'")
                == "11"
        )
    }

    @Test("one ledger serves many callers at once")
    func manyCallers() async throws {
        let (dock, load, lease) = try await coordinated()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                group.addTask {
                    if number % 2 == 0 {
                        try await dock.ledger.coordination.markPublished([number % 3], lease: lease)
                    } else {
                        try await dock.ledger.coordination.renew(lease, for: .seconds(60))
                    }
                }
            }
            for try await isMine in group { #expect(isMine) }
        }
        #expect(
            try await dock.ledger.coordination.states(ofLoad: load.id)
                .allSatisfy { $0 == .published }
        )
    }
}

@Suite("Leases of loads", .serialized)
struct LeaseTests {
    @Test("a lease is held by one coordinator until it is released")
    func oneHolder() async throws {
        let dock = try await Dock()
        let load = try await dock.create(Shop.definition()).id
        #expect(try await dock.ledger.coordination.orphanedLoads() == [load])
        let first = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load,
                owner: "one",
                for: .seconds(60)
            )
        )
        #expect(first == LoadLease(load: load, epoch: 1))
        #expect(try await dock.ledger.coordination.orphanedLoads() == [])
        #expect(try await dock.ledger.loads.unfinished() == [load])
        #expect(
            try await dock.ledger.coordination.acquireLease(
                on: load,
                owner: "two",
                for: .seconds(60)
            ) == nil
        )
        try await dock.ledger.coordination.release(first)
        let second = try await dock.ledger.coordination.acquireLease(
            on: load,
            owner: "two",
            for: .seconds(60)
        )
        #expect(second == LoadLease(load: load, epoch: 2))
    }

    @Test("a coordinator that was overtaken can write nothing")
    func overtaken() async throws {
        let dock = try await Dock()
        let load = try await dock.create(Shop.definition()).id
        let old = try #require(
            try await dock.ledger.coordination.acquireLease(on: load, owner: "one", for: .zero)
        )
        let new = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load,
                owner: "two",
                for: .seconds(60)
            )
        )
        #expect(try await dock.ledger.coordination.renew(old, for: .seconds(600)) == false)
        #expect(try await dock.ledger.coordination.markPublished([0], lease: old) == false)
        #expect(
            try await dock.ledger.coordination.finish(old, state: .loaded, blocked: [1]) == false
        )
        try await dock.ledger.coordination.release(old)
        #expect(try await dock.ledger.coordination.states(ofLoad: load) == [.waiting, .waiting])
        #expect(try await dock.ledger.coordination.state(ofLoad: load) == .running)
        #expect(try await dock.ledger.coordination.orphanedLoads() == [])
        #expect(try await dock.ledger.coordination.renew(new, for: .seconds(60)))
        #expect(try await dock.ledger.coordination.markPublished([0], lease: new))
    }

    @Test("of many coordinators that want an orphan one gets it")
    func race() async throws {
        let dock = try await Dock()
        let load = try await dock.create(Shop.definition()).id
        let leases = try await withThrowingTaskGroup(of: LoadLease?.self) { group in
            for number in 0..<6 {
                group.addTask {
                    let ledger = LedgerDesks(dock.configuration)
                    let lease = try await ledger.coordination.acquireLease(
                        on: load,
                        owner: "\(number)",
                        for: .seconds(60)
                    )
                    await ledger.close()
                    return lease
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(leases.compactMap(\.self) == [LoadLease(load: load, epoch: 1)])
    }

    @Test("nobody leases a load that has ended")
    func ended() async throws {
        let dock = try await Dock()
        let load = try await dock.create(Shop.definition()).id
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load,
                owner: "one",
                for: .seconds(60)
            )
        )
        await #expect(throws: LedgerWentBack(load: lease.load)) {
            try await dock.ledger.coordination.finish(lease, state: .loaded, blocked: [])
        }
        try await dock.connection.query("update longshore.task set state = 'done'")
        #expect(try await dock.ledger.coordination.finish(lease, state: .loaded, blocked: []))
        #expect(
            try await dock.ledger.coordination.acquireLease(
                on: load,
                owner: "two",
                for: .seconds(60)
            ) == nil
        )
        #expect(
            try await dock.ledger.coordination.finish(lease, state: .failed, blocked: []) == false
        )
    }
}
