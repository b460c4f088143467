import Coordinator
import Planning
import Synchronization
import TestSupport
import Testing

@Suite struct LoadCoordinatorTests {
    private static let refused = TaskFailure(
        code: "source.missing",
        message: "the file is missing",
        isRetryable: false
    )

    @Test("a load runs in the order of its needs and ends as loaded")
    func loads() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 12)
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.loadState(load) == .loaded)
            #expect(
                bench.warehouse.rows(ofLoad: load).map(\.effects) == Array(repeating: 1, count: 26)
            )
            #expect(bench.warehouse.violations.isEmpty)
            #expect(bench.broker.publishedCount == 26)
            // Events do it: four tasks of 0.6 s after another, in three waves of four workers.
            #expect(simulation.clock.now.offset < .seconds(8))
        }
    }

    @Test("a load with a failure ends as failed and says what was blocked")
    func failure() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 3)
            bench.warehouse.setBehaviour { task, _ in
                .init(failure: task.ordinal == 3 ? Self.refused : nil)
            }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.failed))
            let states = bench.warehouse.rows(ofLoad: load).map(\.state)
            #expect(states == [.done, .done, .done, .failed, .done, .done, .blocked, .done])
        }
    }

    @Test("a load whose events are all lost ends by reconciliation")
    func lostEvents() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            var faults = InMemoryBroker.Faults()
            faults.lostEvents = 1
            bench.broker.setFaults(faults)
            let load = try await bench.makeLoad()
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.broker.publishedCount == 8)
            #expect(simulation.clock.now.offset < .seconds(20))
        }
    }

    @Test("doubled events publish nothing twice")
    func doubledEvents() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            var faults = InMemoryBroker.Faults()
            faults.doubledEvents = 1
            bench.broker.setFaults(faults)
            let load = try await bench.makeLoad()
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.broker.publishedCount == 8)
        }
    }

    @Test("lost messages are published again after half a minute")
    func lostMessages() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            var faults = InMemoryBroker.Faults()
            faults.lostMessages = 1
            bench.broker.setFaults(faults)
            let load = try await bench.makeLoad()
            simulation.clock.schedule(after: .seconds(20)) { bench.broker.setFaults(.init()) }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.broker.publishedCount == 9)
            #expect(simulation.clock.now.offset > .seconds(30))
            #expect(simulation.clock.now.offset < .seconds(45))
        }
    }

    @Test("tasks that wait in a long queue are published again ever more rarely")
    func longQueue() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            simulation.clock.schedule(after: .seconds(3600)) { bench.broker.setFaults(.init()) }
            let result = try await withThrowingTaskGroup(of: CoordinationResult?.self) { group in
                group.addTask { try await bench.coordinate(load) }
                group.addTask {
                    try await simulation.clock.sleep(for: .seconds(3600))
                    #expect((5...8).contains(bench.broker.publishedCount))
                    return try await bench.withWorker {
                        try await simulation.clock.sleep(for: .seconds(60))
                        return nil
                    }
                }
                var result: CoordinationResult?
                while let next = try await group.next() { result = next ?? result }
                return result
            }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.violations.isEmpty)
        }
    }

    @Test("a broker that is down for a while delays a load and loses nothing")
    func brokerDown() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            bench.broker.setDown(true)
            let load = try await bench.makeLoad()
            simulation.clock.schedule(after: .seconds(100)) { bench.broker.setDown(false) }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(simulation.clock.now.offset > .seconds(100))
            #expect(simulation.clock.now.offset < .seconds(125))
        }
    }

    @Test("a ledger that is down for less than the lease only delays a load")
    func ledgerDown() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            simulation.clock.schedule(after: .seconds(1)) { bench.warehouse.setDown(true) }
            simulation.clock.schedule(after: .seconds(9)) { bench.warehouse.setDown(false) }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.violations.isEmpty)
        }
    }

    @Test("a ledger that is back after the lease has expired finds the same coordinator at work")
    func ledgerBack() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            simulation.clock.schedule(after: .seconds(1)) { bench.warehouse.setDown(true) }
            simulation.clock.schedule(after: .seconds(25)) { bench.warehouse.setDown(false) }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.violations.isEmpty)
        }
    }

    @Test("a ledger that has gone back while its connection held is read anew before the load ends")
    func ledgerWentBack() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            let disk = Mutex(bench.warehouse.disk)
            simulation.clock.schedule(after: .seconds(1)) {
                disk.withLock { $0 = bench.warehouse.disk }
            }
            simulation.clock.schedule(after: .seconds(2)) {
                bench.warehouse.crash(to: disk.withLock(\.self), isNoticed: false)
            }
            // It would ask for ever.
            simulation.clock.schedule(after: .seconds(900)) { bench.warehouse.setDown(true) }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.rows(ofLoad: load).allSatisfy { $0.state == .done })
        }
    }

    @Test("a ledger that stays away ends the coordination as out of reach, not as overtaken")
    func ledgerGone() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            simulation.clock.schedule(after: .seconds(1)) { bench.warehouse.setDown(true) }
            #expect(try await bench.coordinate(load) == .outOfReach)
            #expect(simulation.clock.now.offset <= .seconds(45))
        }
    }

    @Test("a coordinator that was overtaken stops and publishes nothing more")
    func overtaken() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 40)
            simulation.clock.schedule(after: .milliseconds(1500)) {
                bench.warehouse.stealLease(of: load, for: "second")
            }
            let result = try await bench.withWorker { try await bench.coordinate(load, window: 4) }
            #expect(result == .overtaken)
            let published = bench.broker.publishedCount
            #expect(published < 42)
            let rest = try await bench.withWorker {
                try await simulation.clock.sleep(for: .seconds(20))
                return try await bench.coordinate(load, as: "third")
            }
            #expect(rest == .ended(.loaded))
            #expect(bench.warehouse.violations.isEmpty)
            #expect(bench.warehouse.rows(ofLoad: load).allSatisfy { $0.effects == 1 })
        }
    }

    @Test("a coordinator that was overtaken does not write the end of the load")
    func overtakenAtTheEnd() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 1)
            bench.warehouse.setBehaviour { task, _ in
                guard task.ordinal == 3 else { return .init() }
                simulation.clock.schedule(after: .milliseconds(100)) {
                    bench.warehouse.stealLease(of: load, for: "second")
                }
                return .init()
            }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .overtaken)
            #expect(bench.warehouse.rows(ofLoad: load).allSatisfy { $0.state == .done })
            #expect(bench.warehouse.loadState(load) == .running)
        }
    }

    @Test("when a coordinator dies, the next one ends its load once the lease has expired")
    func takeover() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 20)
            let result = try await bench.withWorker {
                let doomed = FakeProcess("doomed")
                simulation.clock.schedule(after: .seconds(2)) { doomed.die() }
                await doomed.run { _ = try? await bench.coordinate(load, process: doomed) }
                #expect(try await bench.coordinate(load, as: "second") == .heldByAnother)
                try await simulation.clock.sleep(for: .seconds(16))
                return try await bench.coordinate(load, as: "second")
            }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.violations.isEmpty)
            #expect(bench.warehouse.rows(ofLoad: load).allSatisfy { $0.effects == 1 })
        }
    }

    @Test("a coordination that is stopped releases its lease")
    func stopped() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            let coordinator = LoadCoordinator(
                of: load,
                settings: CoordinatorSettings(owner: "first"),
                ports: bench.ports(
                    hub: EventHub(InMemoryEventReceiver(bench.broker)),
                    process: FakeProcess("coordinator")
                ),
                logger: .silent
            )
            simulation.clock.schedule(after: .seconds(1)) {
                #expect(bench.warehouse.coordinator(of: load) == "first")
                coordinator.stop()
            }
            #expect(try await coordinator.run() == .stopped)
            #expect(bench.warehouse.coordinator(of: load) == nil)
            #expect(bench.warehouse.loadState(load) == .running)
            #expect(simulation.clock.now.offset == .seconds(1))
        }
    }

    @Test("a load that is cancelled meanwhile ends as cancelled")
    func cancelled() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 30)
            simulation.clock.schedule(after: .seconds(3)) { bench.warehouse.cancel(load) }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.cancelled))
            #expect(simulation.clock.now.offset < .seconds(10))
        }
    }

    @Test("a paused load publishes nothing and does not end; resumed, it goes on at once")
    func paused() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 6)
            bench.warehouse.pause(load, .afterRunning)
            simulation.clock.schedule(after: .seconds(300)) {
                #expect(bench.broker.publishedCount == 0)
                #expect(bench.warehouse.loadState(load) == .running)
                bench.warehouse.resume(load)
            }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(simulation.clock.now.offset < .seconds(312))
        }
    }

    @Test("tasks whose messages were parked are published at once when they are resumed")
    func parked() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 1)
            simulation.clock.schedule(after: .seconds(10)) {
                #expect(bench.broker.publishedCount == 1)
                bench.warehouse.pause(load, .now)
            }
            // Too short for the coordinator to see.
            simulation.clock.schedule(after: .milliseconds(10_100)) {
                bench.broker.wipe()
                bench.warehouse.resume(load)
            }
            simulation.clock.schedule(after: .seconds(13)) {
                #expect(bench.broker.publishedCount == 2)
                bench.warehouse.cancel(load)
            }
            #expect(try await bench.coordinate(load) == .ended(.cancelled))
        }
    }

    @Test("a paused task and what needs it wait, while the rest of the load goes on")
    func pausedTask() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 3)
            let rows = bench.warehouse.rows(ofLoad: load)
            let call = try #require(rows.firstIndex { $0.task.name == "call" })
            bench.warehouse.pause(load, task: call, .afterRunning)
            simulation.clock.schedule(after: .seconds(100)) {
                let states = bench.warehouse.rows(ofLoad: load).map(\.state)
                // The fact's period, and the mart that is made of it.
                #expect(states.filter { $0 == .waiting }.count == 2)
                #expect(states.filter { $0 == .done }.count == states.count - 2)
                bench.warehouse.resume(load)
            }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
        }
    }

    @Test("tasks that are tried again while the load runs are taken up by the same coordinator")
    func retried() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 3)
            let rows = bench.warehouse.rows(ofLoad: load)
            let call = try #require(rows.firstIndex { $0.task.name == "call" })
            let last = try #require(rows.lastIndex { $0.task.name == "call" })
            bench.warehouse.cancel(LoadTaskID(load: load, ordinal: call))
            bench.warehouse.pause(load, task: last, .afterRunning)
            simulation.clock.schedule(after: .seconds(20)) {
                bench.warehouse.retry(load)
                bench.warehouse.resume(load)
            }
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.loaded))
            #expect(bench.warehouse.rows(ofLoad: load).allSatisfy { $0.effects == 1 })
            #expect(simulation.clock.now.offset < .seconds(40))
        }
    }

    @Test("a cancelled task blocks what needs it, and the load ends as cancelled")
    func cancelledTask() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 3)
            let rows = bench.warehouse.rows(ofLoad: load)
            let call = try #require(rows.firstIndex { $0.task.name == "call" })
            bench.warehouse.cancel(LoadTaskID(load: load, ordinal: call))
            let result = try await bench.withWorker { try await bench.coordinate(load) }
            #expect(result == .ended(.cancelled))
            let states = bench.warehouse.rows(ofLoad: load).map(\.state)
            #expect(states[call] == .cancelled)
            #expect(states.filter { $0 == .blocked }.count == 1)
        }
    }

    @Test("a load that is over is not coordinated again, and an unknown one is an error")
    func overOrUnknown() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad()
            bench.warehouse.cancel(load)
            #expect(try await bench.coordinate(load) == .ended(.cancelled))
            await #expect(throws: UnknownLoad(99)) { try await bench.coordinate(99) }
        }
    }

    @Test("progress tells who holds a load up, for as long as somebody does")
    func heldProgress() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 1)
            bench.warehouse.pause(load, .afterRunning)
            simulation.clock.schedule(after: .seconds(60)) { bench.warehouse.resume(load) }
            let pauses = Mutex<[Interventions.PausedBy?]>([])
            _ = try await bench.withWorker {
                try await bench.coordinate(load) { snapshot in
                    pauses.withLock { $0.append(snapshot.pausedBy) }
                }
            }
            let seen = pauses.withLock { $0 }
            #expect(seen.first == Interventions.PausedBy(target: String(load), person: "test"))
            #expect(seen.last == .some(nil))
        }
    }

    @Test("progress counts up to the end, with running tasks and rows as workers report them")
    func progress() async throws {
        try await Simulation.run { simulation in
            let bench = CoordinatorBench(simulation)
            let load = try await bench.makeLoad(months: 6)
            let snapshots = Mutex<[LoadProgress]>([])
            let running = LoadTaskID(load: load, ordinal: 0)
            await bench.inFlight.report(running, rows: 500, bytes: 1)
            _ = try await bench.withWorker {
                try await bench.coordinate(load) { snapshot in
                    snapshots.withLock { $0.append(snapshot) }
                }
            }
            let seen = snapshots.withLock { $0 }
            #expect(seen.first?.total.running == 1)
            #expect(seen.first?.total.rowsInFlight == 500)
            #expect(seen.last?.total.done == 14)
            #expect(seen.last?.total.running == 0)
            #expect(seen.last?.tables.map(\.name) == ["team", "agent", "call", "agent_month"])
            let done = seen.map(\.total.done)
            #expect(done == done.sorted())
        }
    }
}
