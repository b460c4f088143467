import Console
import Diagnosis
import Planning
import TestSupport
import Testing

@testable import Ledger

/// Servers that answer as they are told to, and what they were asked.
private final class Asked {
    /// Where the tasks of load 7 stand, by their places in its plan.
    var states: [TaskState] = [.done, .published]
    var coordinator: String? = "quay-0"
    var graph: PlanGraph?
    var crowd: PipelineCrowd?
    var holder: () throws -> String? = { nil }
    var queue: () throws -> Evidence.Queue? = { nil }
    private(set) var questions: [String] = []

    private func facts(_ task: LoadTaskID) -> TaskFacts {
        questions.append("facts \(task)")
        return TaskFacts(
            task: task,
            table: "fact_sale",
            period: "",
            state: states[task.ordinal],
            loadState: .running,
            pipeline: "shop",
            coordinator: coordinator,
            pool: "heavy",
            publishedAgo: 12,
            failures: 0,
            crashes: 0,
            outages: 0,
            absences: 0,
            sessions: [],
            orders: []
        )
    }

    /// The evidence on a task of load 7.
    func evidence(on ordinal: Int) async throws -> Evidence {
        let ledger = EvidenceSearch.LedgerQuestions(
            facts: { self.facts($0) },
            graph: { _ in self.graph },
            states: { _, tasks in
                Dictionary(uniqueKeysWithValues: tasks.map { ($0, self.states[$0]) })
            },
            crowd: { load in
                self.questions.append("crowd \(load)")
                return self.crowd
            },
            places: {
                self.questions.append("places")
                return CoordinatorPlaces(coordinators: [], held: 0, waiting: 1, resting: 0)
            },
            unbegun: { pool in
                self.questions.append("unbegun \(pool)")
                return 3
            }
        )
        let search = EvidenceSearch(
            Diagnosis(Invocation(["longshore"])),
            ledger: ledger,
            holder: { task in
                self.questions.append("lease \(task)")
                return try self.holder()
            },
            workers: {
                self.questions.append("workers")
                return []
            },
            queue: { pool in
                self.questions.append("queue \(pool)")
                return try self.queue()
            }
        )
        return try await search.evidence(on: LoadTaskID(load: 7, ordinal: ordinal))
    }
}

extension Evidence.Answer {
    fileprivate var words: String {
        switch self {
        case .told(let value): "told \((value as? String) ?? "\(value)")"
        case .untold(let reason): "untold: \(reason)"
        }
    }
}

@Suite("Whom `why` asks for what")
struct EvidenceSearchTests {
    @Test("of a task that is over nobody is asked but the ledger")
    func over() async throws {
        let asked = Asked()
        _ = try await asked.evidence(on: 0)
        #expect(asked.questions == ["facts 7.0"])
    }

    @Test("a lease explains a published task, and the broker is not asked")
    func leased() async throws {
        let asked = Asked()
        asked.holder = { "quay-1" }
        let evidence = try await asked.evidence(on: 1)
        #expect(evidence.lease?.words == "told quay-1")
        #expect(evidence.queue?.words == nil)
        #expect(asked.questions == ["facts 7.1", "crowd 7", "lease 7.1"])
    }

    @Test(
        "a pipeline that has as many tasks running as may explains the task; Redis and the broker are not asked"
    )
    func crowded() async throws {
        let asked = Asked()
        asked.crowd = PipelineCrowd(limit: 1, running: [LoadTaskID(load: 6, ordinal: 0)])
        #expect(try await asked.evidence(on: 1).crowd == asked.crowd)
        #expect(asked.questions == ["facts 7.1", "crowd 7"])
    }

    @Test(
        "without a lease the broker is asked for the pool's queue, without a coordinator the places"
    )
    func queued() async throws {
        let asked = Asked()
        asked.coordinator = nil
        asked.queue = { Evidence.Queue(ready: 3, consumers: 2, alarm: "low on disk") }
        let evidence = try await asked.evidence(on: 1)
        guard case .told(let queue) = evidence.queue else {
            Issue.record("\(evidence)")
            return
        }
        #expect(queue.ready == 3 && queue.consumers == 2 && queue.alarm == "low on disk")
        #expect(evidence.places?.waiting == 1)
        #expect(asked.questions == ["facts 7.1", "crowd 7", "lease 7.1", "places", "queue heavy"])
    }

    @Test(
        "whose message is in no queue, of him the workers are asked for, and how many tasks wait like it"
    )
    func taken() async throws {
        let asked = Asked()
        asked.queue = { Evidence.Queue(ready: 0, consumers: 2, alarm: nil) }
        let evidence = try await asked.evidence(on: 1)
        #expect(evidence.unbegun == 3)
        #expect(evidence.workers == [])
        #expect(
            asked.questions == [
                "facts 7.1", "crowd 7", "lease 7.1", "queue heavy", "workers", "unbegun heavy",
            ]
        )
    }

    @Test("servers that do not answer are evidence, too")
    func silent() async throws {
        let asked = Asked()
        asked.holder = { throw TwinError(description: "no Redis") }
        asked.queue = { throw TwinError(description: "no broker") }
        let evidence = try await asked.evidence(on: 1)
        #expect(evidence.lease?.words == "untold: no Redis")
        #expect(evidence.queue?.words == "untold: no broker")
        asked.queue = { nil }
        #expect(try await asked.evidence(on: 1).queue?.words == "untold: there is none")
    }

    @Test(
        "a task that waits is explained by what it needs, each told once, those that are done left out"
    )
    func needs() async throws {
        let asked = Asked()
        asked.graph = try PlanGraph(
            SamplePipelines.pipeline(
                dimensions: [
                    SamplePipelines.dimension("region"),
                    SamplePipelines.dimension("country", references: ["region"]),
                    SamplePipelines.dimension("customer", references: ["country", "region"]),
                ]
            ),
            periods: []
        )
        asked.states = [.done, .waiting, .waiting]
        #expect(try await asked.evidence(on: 2).needs.map(\.evidence.facts.task.ordinal) == [1])
        asked.states = [.published, .waiting, .waiting]
        let needs = try await asked.evidence(on: 2).needs
        #expect(needs.count == 2)
        #expect(needs.first { $0.evidence.facts.task.ordinal == 1 }?.isTold == false)
        #expect(
            needs.count { $0.isTold } + needs.flatMap(\.evidence.needs).count { $0.isTold } == 1
        )
    }
}
