import Console
import Pipelines
import Planning
import TestSupport
import Testing
import Views

@testable import Coordinator

@Suite("What is drawn of a load's progress")
struct LoadFrameProgressTests {
    /// Task 0 is the customers', 1 and 2 are the sales'.
    private func frame(_ progress: LoadProgress?, rows: [Int: Int] = [:]) throws -> LoadFrame {
        let pipeline = SamplePipelines.pipeline(
            dimensions: [SamplePipelines.dimension("customer")],
            facts: [SamplePipelines.fact("sale", references: ["customer"])]
        )
        let periods = ["2024-01", "2024-02"].compactMap { Period($0, grain: .month) }
        return LoadFrame(
            load: 7,
            pipeline: "shop",
            graph: try PlanGraph(pipeline, periods: periods),
            progress: progress,
            rows: rows,
            seconds: 1.5,
            wait: "no worker",
            Invocation(["longshore", "load", "--stack", "/tmp/s"])
        )
    }

    private func progress(pausedBy: Interventions.PausedBy? = nil) -> LoadProgress {
        var counts = LoadProgress.TableProgress.Counts()
        (counts.total, counts.done, counts.superseded) = (6, 1, 1)
        (counts.failed, counts.blocked) = (2, 1)
        return LoadProgress(
            load: 7,
            tables: [LoadProgress.TableProgress(kind: .fact, name: "sale", counts: counts)],
            pausedBy: pausedBy
        )
    }

    @Test("before anything is known a frame is the plan's tables, with the rows that workers tell")
    func planned() throws {
        let frame = try frame(nil, rows: [1: 40, 2: 2, 99: 5])
        #expect(
            frame.tables == [
                LoadFrame.Table(name: "dim_customer", total: 1),
                LoadFrame.Table(name: "fact_sale", total: 2, rows: 42),
            ]
        )
        #expect((frame.pause, frame.wait) == (nil, "no worker"))
    }

    @Test("what is left to newer loads counts as done, what never runs as failed")
    func counts() throws {
        #expect(
            try frame(progress(), rows: [1: 3]).tables == [
                LoadFrame.Table(name: "fact_sale", total: 6, done: 2, failed: 3, rows: 3)
            ]
        )
    }

    @Test("a pause of the load says who paused it, and how to go on")
    func paused() throws {
        let pause = Interventions.PausedBy(target: "shop", person: "ana", reason: "a move")
        #expect(
            try frame(progress(pausedBy: pause)).pause
                == "paused by ana (a move); go on with: longshore resume shop --stack /tmp/s"
        )
    }

    @Test("tasks that are held by themselves are counted and named")
    func held() throws {
        var progress = progress()
        progress.heldTasks = [1, 2]
        #expect(
            try frame(progress).pause
                == "paused: 2 tasks (7.1, 7.2); go on with: longshore resume 7.1 --stack /tmp/s"
        )
    }
}
