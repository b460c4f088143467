import Coordinator
import Pipelines
import Planning
import TestSupport
import Testing

@Suite struct LoadPlannerTests {
    @Test("periods in any order and doubled give the same plan")
    func periodsNormalised() throws {
        let months = SamplePipelines.months(3)
        let plan = try LoadPlanner.plan(
            SamplePipelines.callcenter,
            periods: Array(months.reversed()) + months
        )
        let straight = try LoadPlanner.plan(SamplePipelines.callcenter, periods: months)
        #expect(plan.tasks == straight.tasks)
    }

    @Test("a load is written with its normalised periods and all its tasks")
    func written() async throws {
        let warehouse = InMemoryWarehouse(clock: TestClock())
        let ledger = InMemoryLedger(warehouse)
        let months = SamplePipelines.months(2)
        let request = LoadRequest(
            pipeline: SamplePipelines.callcenter,
            definition: DefinitionBundle(files: [:]),
            folder: "",
            periods: [months[1], months[0], months[1]],
            requestedBy: "test"
        )
        let (load, graph) = try await LoadPlanner(creator: ledger).create(request)
        #expect(try await ledger.load(load)?.periods == months)
        #expect(LoadTasks(warehouse.rows(ofLoad: load).map(\.task)) == graph.tasks)
    }

    @Test("a plan without any task is an error that says what to do")
    func nothingToLoad() {
        let pipeline = SamplePipelines.pipeline(facts: [SamplePipelines.fact("call")])
        let error = #expect(throws: CoordinatorError.self) {
            try LoadPlanner.plan(pipeline, periods: [])
        }
        #expect(error?.code == .nothingToLoad)
        #expect(error?.description.contains("name at least one period") == true)
    }
}
