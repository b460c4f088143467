import Pipelines
import Planning
import TestSupport
import Testing

@testable import Coordinator

@Suite("What a load publishes of its tasks at a time")
struct ShareRuleTests {
    private static func worker(_ slots: Int, _ pools: [String]?) -> WorkerPresence {
        WorkerPresence(name: "w\(slots)", slots: slots, pools: pools, running: [])
    }

    private func windows(
        _ workers: [WorkerPresence],
        rates: [String: Double] = [:]
    ) -> [String: Int] {
        ShareRule().windows(for: workers, rates: rates)
    }

    @Test("is what the slots of its pools take, and half as much again")
    func slots() {
        let workers = [Self.worker(2, ["default"]), Self.worker(5, ["default", "big"])]
        #expect(windows(workers) == ["default": 8, "big": 3])
    }

    @Test("goes by the slots that a worker has for each pool, where it tells them")
    func shares() {
        let worker = WorkerPresence(
            name: "w",
            slots: 4,
            pools: ["quick", "default"],
            shares: ["quick": 1, "default": 3],
            running: []
        )
        #expect(windows([worker]) == ["quick": 2, "default": 5])
    }

    @Test(
        "the loads of a pipeline divide its limit, and each has one at least",
        arguments: [(4, [4]), (4, [2, 2]), (5, [2, 2, 1]), (2, [1, 1, 1])]
    )
    func limit(_ limit: Int, parts: [Int]) {
        let loads = parts.indices.map { Int64($0 + 7) }
        #expect(loads.map { ConcurrencyShare.of(limit, for: $0, among: loads) } == parts)
        // One whose lease was not seen yet.
        #expect(ConcurrencyShare.of(limit, for: 99, among: loads) >= 1)
    }

    @Test("a machine publishes no more than the limit, first of the pool that has the least")
    func machineWithLimit() throws {
        let facts = ["a", "b", "c", "d"]
            .map {
                SamplePipelines.fact($0, isPerPeriod: false, pool: $0 < "c" ? "first" : "second")
            }
        var pipeline = SamplePipelines.pipeline(facts: facts)
        pipeline.concurrency = 2
        let graph = try PlanGraph(pipeline, periods: [])
        var machine = LoadStateMachine(
            graph: graph,
            states: [TaskState](repeating: .waiting, count: 4)
        )
        #expect(machine.nextAction() == .publish([0, 2]))
        #expect(machine.isHeldBack && machine.nextAction() == .wait)
        machine.observe([2: .done])
        #expect(machine.nextAction() == .publish([3]))
        // What rests takes no place, and another load has its part of the limit.
        machine.allow(.init(all: 1), resting: [3])
        #expect(machine.nextAction() == .wait)
        machine.allow(.init(all: 2), resting: [3])
        #expect(machine.nextAction() == .publish([1]))
        #expect(!machine.isHeldBack)
        machine.observe([0: .done, 1: .done, 3: .done])
        #expect(machine.nextAction() == .finish(.loaded, blocked: []))
    }

    @Test("is more where tasks are short: what is done in a quarter of a second")
    func rates() {
        let workers = [Self.worker(2, ["default"])]
        #expect(windows(workers, rates: ["default": 400]) == ["default": 103])
        #expect(windows(workers, rates: ["default": 2]) == ["default": 3])
    }

    @Test("is not told where nobody works, or a worker does not say for what")
    func unknown() {
        #expect(windows([]).isEmpty)
        #expect(windows([Self.worker(2, ["default"]), Self.worker(3, nil)]).isEmpty)
    }

    @Test("a machine publishes no more of a pool than its window, and what rests takes no place")
    func machine() throws {
        let facts = ["a", "b", "c", "d", "e", "f"]
            .map {
                SamplePipelines.fact($0, references: [], isPerPeriod: false)
            }
        let graph = try PlanGraph(
            SamplePipelines.pipeline(dimensions: [], facts: facts),
            periods: []
        )
        var machine = LoadStateMachine(
            graph: graph,
            states: [TaskState](repeating: .waiting, count: 6)
        )
        machine.allow(.init(pools: ["default": 2]), resting: [])
        #expect(machine.nextAction() == .publish([0, 1]))
        #expect(machine.isHeldBack && machine.nextAction() == .wait)
        // One waits for its next attempt: no worker could take it.
        machine.allow(.init(pools: ["default": 2]), resting: [1])
        #expect(machine.nextAction() == .publish([2]))
        machine.observe([2: .done])
        #expect(machine.ended == ["default": 1])
        #expect(machine.nextAction() == .publish([3]))
        machine.allow(.init(pools: ["default": 9]), resting: [])
        #expect(machine.nextAction() == .publish([4, 5]))
        #expect(!machine.isHeldBack)
    }

    @Test("the pace is what has ended since the last look, by pool")
    func pace() {
        var pace = TaskPace<TestClock.Instant>()
        let start = TestClock().now
        #expect(pace.note(["default": 5], at: start).isEmpty)
        let later = start.advanced(by: .seconds(2))
        #expect(pace.note(["default": 9, "big": 1], at: later) == ["default": 2, "big": 0.5])
        // A machine that was made anew counts from nothing.
        #expect(pace.note(["default": 0], at: later.advanced(by: .seconds(1))) == ["default": 0])
    }
}
