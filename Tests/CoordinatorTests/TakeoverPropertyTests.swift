import Coordinator
import Pipelines
import Planning
import TestSupport
import Testing

/// Random graphs, random fates of tasks, random orders, and a take-over at any moment.
@Suite struct TakeoverPropertyTests {
    /// How each task ends if it runs: a function of the task, so that no order can change it.
    private typealias Fates = [TaskState]

    private struct End: Equatable {
        var load: LoadState
        var blocked: [Int]
        var states: [TaskState]
    }

    @Test("any order and any take-over give the same final result", arguments: 0..<300)
    func sameEnd(seed: Int) throws {
        var luck = SeededGenerator(seed: UInt64(seed))
        let graph = try randomGraph(&luck)
        let fates: Fates = graph.tasks.map { _ in
            let fraction = Double.random(in: 0..<1, using: &luck)
            return fraction < 0.12 ? .failed : fraction < 0.2 ? .superseded : .done
        }
        let expected = expectedEnd(graph, fates)
        #expect(try drive(graph, fates, takeovers: false, &luck) == expected)
        #expect(try drive(graph, fates, takeovers: true, &luck) == expected)
    }

    /// The definition: a task runs if all it needs ran and did not fail.
    private func expectedEnd(_ graph: PlanGraph, _ fates: Fates) -> End {
        var states: [TaskState] = []
        // Ordinals are in an order in which needs come first.
        for task in graph.tasks.indices {
            let runs = graph.needs(of: task).allSatisfy { states[$0].satisfiesNeeds }
            states.append(runs ? fates[task] : .blocked)
        }
        return End(
            load: states.contains(.failed)
                ? .failed
                : states.contains(.done) || !states.contains(.superseded) ? .loaded : .superseded,
            blocked: states.indices.filter { states[$0] == .blocked },
            states: states
        )
    }

    /// Plays ledger, broker and workers until the machine says that the load is over.
    private func drive(
        _ graph: PlanGraph,
        _ fates: Fates,
        takeovers: Bool,
        _ luck: inout SeededGenerator
    ) throws -> End {
        let window = Int.random(in: 1...8, using: &luck)
        var ledger = [TaskState](repeating: .waiting, count: graph.tasks.count)
        var machine = LoadStateMachine(graph: graph, states: ledger, window: window)
        for _ in 0..<100_000 {
            if takeovers, Double.random(in: 0..<1, using: &luck) < 0.1 {
                machine = LoadStateMachine(graph: graph, states: ledger, window: window)
            }
            switch machine.nextAction(batch: Int.random(in: 1...5, using: &luck)) {
            case .publish(let tasks):
                for task in tasks {
                    #expect(graph.needs(of: task).allSatisfy { ledger[$0].satisfiesNeeds })
                    ledger[task] = .published
                }
                #expect(machine.inFlight.count <= window)
                if Double.random(in: 0..<1, using: &luck) < 0.1 {
                    machine.takeBack(tasks)
                }
            case .wait:
                guard let task = machine.inFlight.sorted().randomElement(using: &luck) else {
                    Issue.record("the machine waits for nothing")
                    break
                }
                ledger[task] = fates[task]
                // Sometimes the event is lost, and a later one tells of several tasks.
                guard Bool.random(using: &luck) else { continue }
                machine.observe(
                    Dictionary(uniqueKeysWithValues: machine.inFlight.map { ($0, ledger[$0]) })
                )
            case .finish(let state, let blocked):
                for task in blocked { ledger[task] = .blocked }
                return End(load: state, blocked: blocked, states: ledger)
            }
        }
        throw TwinError(description: "the machine never finished")
    }

    /// Dimensions that refer to earlier ones, facts and marts by period.
    private func randomGraph(_ luck: inout SeededGenerator) throws -> PlanGraph {
        typealias Sample = SamplePipelines
        let names = (0..<Int.random(in: 1...8, using: &luck)).map { "d\($0)" }
        let dimensions = names.indices.map { index in
            let earlier = names[..<index]
                .filter { _ in Double.random(in: 0..<1, using: &luck) < 0.3 }
            return Sample.dimension(names[index], references: Array(earlier))
        }
        let facts = (0..<Int.random(in: 0...3, using: &luck))
            .map { index in
                Sample.fact(
                    "f\(index)",
                    references: names.filter { _ in Double.random(in: 0..<1, using: &luck) < 0.3 },
                    isPerPeriod: Bool.random(using: &luck)
                )
            }
        let marts = facts.map { fact in
            Sample.mart(
                "m_\(fact.name)",
                reads: [fact.name],
                isPerPeriod: Bool.random(using: &luck)
            )
        }
        let periods = Sample.months(Int.random(in: 1...4, using: &luck))
        return try PlanGraph(
            Sample.pipeline(dimensions: dimensions, facts: facts, marts: marts),
            periods: periods
        )
    }
}
