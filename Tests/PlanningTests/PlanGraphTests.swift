import Pipelines
import Planning
import TestSupport
import Testing

@Suite struct PlanGraphTests {
    private func edges(of graph: PlanGraph) -> Int { graph.needCounts.reduce(0) { $0 + Int($1) } }

    typealias Sample = SamplePipelines

    @Test("a dimension comes after those it references, whatever the order they are written in")
    func dimensionsInOrder() throws {
        let pipeline = Sample.pipeline(dimensions: [
            Sample.dimension("agent", references: ["team", "site"]),
            Sample.dimension("team", references: ["site"]),
            Sample.dimension("site"),
        ])
        let graph = try PlanGraph(pipeline, periods: [])
        #expect(graph.tasks.map(\.name) == ["site", "team", "agent"])
        #expect(Array(graph.needs(of: 2)).sorted() == [0, 1])
        #expect(Array(graph.needs(of: 1)) == [0])
        #expect(Array(graph.dependents(of: 0)).sorted() == [1, 2])
    }

    @Test("a fact has one task for each period, and each needs the dimensions it references")
    func factsPerPeriod() throws {
        let months = Sample.months(3)
        let graph = try PlanGraph(Sample.callcenter, periods: months)
        let facts = graph.tasks.indices.filter { graph.tasks[$0].kind == .fact }
        #expect(facts.map { graph.tasks[$0].period } == months.map(Optional.some))
        for fact in facts { #expect(Array(graph.needs(of: fact)) == [1]) }
    }

    @Test("a mart of one period needs that period of what it reads, and no other")
    func martsPerPeriod() throws {
        let graph = try PlanGraph(Sample.callcenter, periods: Sample.months(3))
        for mart in graph.tasks.indices where graph.tasks[mart].kind == .mart {
            let needed = graph.needs(of: mart).map { graph.tasks[$0] }
            let facts = needed.filter { $0.kind == .fact }
            #expect(facts.map(\.period) == [graph.tasks[mart].period])
            #expect(needed.filter { $0.kind == .dimension }.map(\.name) == ["agent"])
        }
    }

    @Test("a mart of one period needs the later periods too of a fact whose tasks reach back")
    func martsOfMergedFacts() throws {
        var fact = Sample.fact("order")
        fact.loading = .merge
        let pipeline = Sample.pipeline(
            facts: [fact],
            marts: [Sample.mart("summary", reads: ["order"], isPerPeriod: true)]
        )
        let graph = try PlanGraph(pipeline, periods: Sample.months(3))
        #expect((3..<6).map { Array(graph.needs(of: $0)) } == [[0, 1, 2], [1, 2], [2]])
    }

    @Test("a mart of one period needs every period of a fact whose one input has the rows of all")
    func martsOfFactsWithOneInput() throws {
        var fact = Sample.fact("order")
        fact.loading = .append
        fact.late = .merge
        let pipeline = Sample.pipeline(
            facts: [fact],
            marts: [Sample.mart("summary", reads: ["order"], isPerPeriod: true)]
        )
        let graph = try PlanGraph(pipeline, periods: Sample.months(2))
        #expect((2..<4).map { Array(graph.needs(of: $0)) } == [[0, 1], [0, 1]])
    }

    @Test("a mart that is computed whole needs every period of what it reads")
    func wholeMarts() throws {
        let pipeline = Sample.pipeline(
            facts: [Sample.fact("call")],
            marts: [Sample.mart("summary", reads: ["call"], isPerPeriod: false)]
        )
        let graph = try PlanGraph(pipeline, periods: Sample.months(4))
        #expect(Array(graph.needs(of: 4)) == [0, 1, 2, 3])
    }

    @Test("a mart may read a mart that is written after it")
    func martsOfMarts() throws {
        let pipeline = Sample.pipeline(
            facts: [Sample.fact("call")],
            marts: [
                Sample.mart("ranking", reads: ["monthly"]), Sample.mart("monthly", reads: ["call"]),
            ]
        )
        let graph = try PlanGraph(pipeline, periods: Sample.months(2))
        #expect(graph.tasks[4].name == "ranking")
        #expect(Array(graph.needs(of: 4)) == [2])
        #expect(Array(graph.needs(of: 5)) == [3])
    }

    @Test("a fact that is loaded whole is one task without a period")
    func wholeFacts() throws {
        let pipeline = Sample.pipeline(facts: [Sample.fact("call", isPerPeriod: false)])
        let graph = try PlanGraph(pipeline, periods: Sample.months(5))
        #expect(graph.tasks.map(\.period) == [nil])
    }

    @Test("two references to one dimension are one need")
    func doubledReferences() throws {
        let pipeline = Sample.pipeline(
            dimensions: [Sample.dimension("day")],
            facts: [Sample.fact("call", references: ["day", "day"])]
        )
        let graph = try PlanGraph(pipeline, periods: Sample.months(1))
        #expect(graph.needCounts == [0, 1])
        #expect(edges(of: graph) == 1)
    }

    @Test("every table's tasks go to its pool")
    func pools() throws {
        let pipeline = Sample.pipeline(
            dimensions: [Sample.dimension("day", pool: "small")],
            facts: [Sample.fact("call", references: ["day"], pool: "heavy")]
        )
        let graph = try PlanGraph(pipeline, periods: Sample.months(1))
        #expect(graph.tasks.map(\.pool) == ["small", "heavy"])
    }

    @Test("dimensions in a circle are an error that names the circle and nothing else")
    func cycleOfDimensions() {
        let pipeline = Sample.pipeline(dimensions: [
            Sample.dimension("day"),
            Sample.dimension("agent", references: ["team"]),
            Sample.dimension("team", references: ["site", "day"]),
            Sample.dimension("site", references: ["agent"]),
        ])
        let error = #expect(throws: PlanError.self) { try PlanGraph(pipeline, periods: []) }
        #expect(
            error?.description
                == "these tables need each other in a circle: `agent` → `team` → `site` → `agent`; "
                + "remove one reference"
        )
    }

    @Test("a mart that reads itself is a circle")
    func cycleOfOneMart() {
        let pipeline = Sample.pipeline(marts: [Sample.mart("ranking", reads: ["ranking"])])
        #expect(throws: PlanError.self) { try PlanGraph(pipeline, periods: Sample.months(1)) }
    }

    @Test("needs and dependents are the same edges, seen from both ends")
    func edgesFromBothEnds() throws {
        let graph = try PlanGraph(Sample.callcenter, periods: Sample.months(7))
        var forward: Set<[Int]> = []
        var backward: Set<[Int]> = []
        for task in graph.tasks.indices {
            for need in graph.needs(of: task) { forward.insert([task, need]) }
            for dependent in graph.dependents(of: task) { backward.insert([dependent, task]) }
            #expect(graph.needs(of: task).count == Int(graph.needCounts[task]))
        }
        #expect(forward == backward)
        #expect(forward.count == edges(of: graph))
    }

    @Test("a part of a plan has its own tasks in the plan's order, and the edges between them")
    func restricted() throws {
        let pipeline = Sample.pipeline(
            dimensions: [
                Sample.dimension("team"), Sample.dimension("agent", references: ["team"]),
            ],
            facts: [
                Sample.fact("call", references: ["agent"]), Sample.fact("mail", references: []),
            ],
            marts: [Sample.mart("month", reads: ["call"]), Sample.mart("post", reads: ["mail"])]
        )
        let whole = try PlanGraph(pipeline, periods: Sample.months(2))
        let first = Sample.months(1).first
        let chosen = whole.tasks(withDependentMartsOf: {
            $0.name == "team" || $0.name == "call" && $0.period == first
        })
        #expect(chosen.map(\.name) == ["team", "call", "month"])
        #expect(chosen.map(\.period) == [nil, first, first])
        let part = whole.restricted(to: Set(chosen))
        #expect(part.tasks == chosen)
        #expect(part.tasks.indices.map { Array(part.needs(of: $0)) } == [[], [], [1]])
        #expect(Array(part.dependents(of: 1)) == [2])
    }

    @Test("a plan of a million tasks has every task and edge")
    func millionTasks() throws {
        let dimensions = (0..<5).map { Sample.dimension("dimension_\($0)") }
        let facts = (0..<10).map { Sample.fact("fact_\($0)", references: dimensions.map(\.name)) }
        let pipeline = Sample.pipeline(dimensions: dimensions, facts: facts)
        let days = Sample.periods(.day, 100_000)
        let graph = try PlanGraph(pipeline, periods: days)
        #expect(graph.tasks.count == 1_000_005)
        #expect(edges(of: graph) == 5_000_000)
        #expect(graph.dependents(of: 0).count == 1_000_000)
    }

    @Test("an export comes after what it reads, and its delivery after it and those that it names")
    func exports() throws {
        var pipeline = Sample.pipeline(
            facts: [Sample.fact("call"), Sample.fact("mail")],
            marts: [Sample.mart("month", reads: ["call"], isPerPeriod: false)]
        )
        let target = ExportTarget.table(source: "app", name: "t")
        pipeline.exports = [
            Export(
                name: "last",
                query: "select 1",
                reads: ["mail"],
                key: ["id"],
                target: target,
                after: ["first"]
            ),
            Export(name: "first", query: "select 1", reads: ["month"], key: ["id"], target: target),
        ]
        let graph = try PlanGraph(pipeline, periods: Sample.months(2))
        let tasks = graph.tasks.map { $0.kind.table($0.name) }
        #expect(
            tasks == [
                "fact_call", "fact_call", "fact_mail", "fact_mail", "mart_month", "export_last",
                "export_first", "delivery_first", "delivery_last",
            ]
        )
        let needs = graph.tasks.indices.map { Array(graph.needs(of: $0)).sorted() }
        #expect(needs[5...] == [[2, 3], [4], [6], [5, 7]])
        #expect(pipeline.needs(of: "last", as: .delivery) == ["last", "first"])
        let replayed = graph.tasks(withDependentMartsOf: { $0.name == "call" })
        #expect(
            Set(replayed.map { $0.kind.table($0.name) })
                == ["fact_call", "mart_month", "export_first", "delivery_first", "delivery_last"]
        )
    }
}
