import Console
import Planning
import Testing
import Views

@testable import Ledger

@Suite("Orders for people")
struct ControlViewTests {
    private let task = InterventionTarget.task(LoadTaskID(load: 7, ordinal: 2))

    private func view(_ target: InterventionTarget, _ change: OrderChange) -> ControlView {
        ControlView(target, change, Invocation(["longshore", "pause"]))
    }

    @Test("a pause says what becomes of what runs, and how it ends")
    func paused() {
        let target = InterventionTarget.pipeline("shop")
        let idle = OrderChange(target: target, isNew: true, loads: [7])
        #expect(
            view(target, idle).paused(now: true) == [
                "the pipeline `shop` is paused", "go on with: longshore resume shop",
            ]
        )
        let running = OrderChange(target: target, isNew: true, loads: [7], running: 2)
        #expect(
            view(target, running).paused(now: false)[0]
                == "the pipeline `shop` is paused; 2 running tasks will finish"
        )
        #expect(
            view(target, running).paused(now: true)[0]
                == "the pipeline `shop` is paused; 2 running tasks cancelled, to be made again"
        )
        let old = OrderChange(target: target, isNew: false)
        #expect(
            view(target, old).paused(now: false) == [
                "the pipeline `shop` is paused already; go on with: longshore resume shop"
            ]
        )
    }

    @Test("a cancellation says what stays, what goes on, and how it is taken back")
    func cancelled() {
        let target = InterventionTarget.load(7)
        let change = OrderChange(target: target, isNew: true, loads: [7])
        #expect(
            view(target, change).cancelled(stillRunning: 1) == [
                "load 7 is cancelled; what is committed stays",
                "1 attempt did not give up within 10 seconds; the worker ends when it never does",
                "take it back with: longshore retry 7",
            ]
        )
        #expect(
            view(task, change).cancelled(stillRunning: 0).last
                == "take it back with: longshore retry 7.2"
        )
        let nothing = OrderChange(target: target, isNew: false)
        #expect(
            view(target, nothing).cancelled(stillRunning: 0) == [
                "nothing to cancel: nothing of load 7 is running"
            ]
        )
    }

    @Test("a retry says what runs again and what no longer waits")
    func retried() {
        let target = InterventionTarget.load(7)
        var change = OrderChange(target: target, isNew: true, loads: [7], tasks: 2, unblocked: 1)
        change.hastened = 1
        #expect(
            view(target, change).retried == [
                "1 task of load 7 that waited for its next attempt will be tried at once",
                "2 tasks of load 7 run again with a new budget of attempts, and 1 task that waited "
                    + "for them",
                "a `longshore coordinator` takes the load up; or here: longshore resume 7",
            ]
        )
        change.tasks = 0
        #expect(view(target, change).retried.count == 1)
        let nothing = OrderChange(target: target, isNew: false)
        #expect(
            view(target, nothing).retried == [
                "nothing to try again: nothing of load 7 failed or was cancelled"
            ]
        )
    }
}
