import Coordinator
import Pipelines
import Planning
import TestSupport
import Testing

@Suite struct LoadStateMachineTests {
    typealias Sample = SamplePipelines

    /// `top ← left, right ← bottom`, all dimensions: ordinals 0, 1, 2, 3.
    private func diamond() throws -> PlanGraph {
        try PlanGraph(
            Sample.pipeline(dimensions: [
                Sample.dimension("top"),
                Sample.dimension("left", references: ["top"]),
                Sample.dimension("right", references: ["top"]),
                Sample.dimension("bottom", references: ["left", "right"]),
            ]),
            periods: []
        )
    }

    private func fresh(_ graph: PlanGraph, window: Int = 10_000) -> LoadStateMachine {
        let states = [TaskState](repeating: .waiting, count: graph.tasks.count)
        return LoadStateMachine(graph: graph, states: states, window: window)
    }

    @Test("a task is published when the last of its needs is done, and once")
    func diamondInOrder() throws {
        var machine = fresh(try diamond())
        #expect(machine.nextAction() == .publish([0]))
        #expect(machine.nextAction() == .wait)
        machine.observe([0: .done])
        #expect(machine.nextAction() == .publish([1, 2]))
        machine.observe([1: .done])
        #expect(machine.nextAction() == .wait)
        machine.observe([1: .done, 2: .done])
        #expect(machine.nextAction() == .publish([3]))
        machine.observe([3: .done])
        #expect(machine.nextAction() == .finish(.loaded, blocked: []))
    }

    @Test("a failure blocks what needs it, through any number of steps, and nothing else")
    func failureBlocks() throws {
        let graph = try PlanGraph(
            Sample.pipeline(
                dimensions: [
                    Sample.dimension("bad"), Sample.dimension("worse", references: ["bad"]),
                    Sample.dimension("good"),
                ],
                facts: [
                    Sample.fact("stuck", references: ["worse"], isPerPeriod: false),
                    Sample.fact("free", references: ["good"], isPerPeriod: false),
                ]
            ),
            periods: []
        )
        var machine = fresh(graph)
        #expect(machine.nextAction() == .publish([0, 2]))
        machine.observe([0: .failed])
        #expect(machine.nextAction() == .wait)
        machine.observe([2: .done])
        #expect(machine.nextAction() == .publish([4]))
        machine.observe([4: .done])
        #expect(machine.nextAction() == .finish(.failed, blocked: [1, 3]))
    }

    @Test("what a newer load took over satisfies needs")
    func superseded() throws {
        var machine = fresh(try diamond())
        _ = machine.nextAction()
        machine.observe([0: .superseded])
        #expect(machine.nextAction() == .publish([1, 2]))
        machine.observe([1: .done, 2: .superseded])
        _ = machine.nextAction()
        machine.observe([3: .done])
        #expect(machine.nextAction() == .finish(.loaded, blocked: []))
    }

    @Test("a cancelled load ends as cancelled, even when a task of it failed")
    func cancelled() throws {
        var machine = fresh(try diamond())
        _ = machine.nextAction()
        machine.observe([0: .done])
        _ = machine.nextAction()
        machine.observe([1: .failed, 2: .cancelled, 3: .cancelled])
        guard case .finish(let state, _) = machine.nextAction() else {
            Issue.record("the load goes on")
            return
        }
        #expect(state == .cancelled)
    }

    @Test("no more tasks than the window are published and unfinished")
    func window() throws {
        let dimensions = (0..<10).map { Sample.dimension("d\($0)") }
        var machine = fresh(
            try PlanGraph(Sample.pipeline(dimensions: dimensions), periods: []),
            window: 3
        )
        #expect(machine.nextAction(batch: 2) == .publish([0, 1]))
        #expect(machine.nextAction(batch: 2) == .publish([2]))
        #expect(machine.nextAction() == .wait)
        machine.observe([1: .done])
        #expect(machine.nextAction() == .publish([3]))
        #expect(machine.inFlight == [0, 2, 3])
    }

    @Test("a task whose publishing failed is published again")
    func takenBack() throws {
        var machine = fresh(try diamond())
        #expect(machine.nextAction() == .publish([0]))
        machine.takeBack([0])
        #expect(machine.inFlight.isEmpty)
        #expect(machine.nextAction() == .publish([0]))
    }

    @Test("a task that was taken back after it had been done is not published again")
    func takenBackTooLate() throws {
        var machine = fresh(try diamond())
        _ = machine.nextAction()
        machine.observe([0: .done])
        machine.takeBack([0])
        #expect(machine.nextAction() == .publish([1, 2]))
    }

    @Test("what is final stays so, whatever is observed later")
    func finalStays() throws {
        var machine = fresh(try diamond())
        _ = machine.nextAction()
        machine.observe([0: .done])
        machine.observe([0: .failed])
        machine.observe([0: .published])
        machine.observe([0: .waiting])
        #expect(machine.state(of: 0) == .done)
        #expect(machine.nextAction() == .publish([1, 2]))
    }

    @Test("progress counts each table's tasks by where they stand")
    func progress() throws {
        var machine = fresh(try PlanGraph(Sample.callcenter, periods: Sample.months(3)))
        _ = machine.nextAction()
        machine.observe([0: .done])
        _ = machine.nextAction()
        machine.observe([1: .done])
        _ = machine.nextAction()
        machine.observe([2: .done, 3: .failed])
        let call = try #require(machine.tableProgress.first { $0.name == "call" }?.counts)
        #expect(call.total == 3)
        #expect([call.done, call.failed, call.published, call.waiting] == [1, 1, 1, 0])
        let mart = try #require(machine.tableProgress.last?.counts)
        #expect([mart.total, mart.waiting, mart.blocked] == [3, 2, 1])
    }
}
