import BlockingThread
import Foundation
import Testing

/// An actor that runs on a thread of its own, as a connection does.
private actor Recorder {
    nonisolated let thread: BlockingThread
    private(set) var numbers: [Int] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    init(on thread: BlockingThread) {
        self.thread = thread
    }

    func append(_ number: Int) {
        numbers.append(number)
    }

    func currentThread() -> String {
        threadName()
    }

    func block(until gate: DispatchSemaphore) {
        gate.wait()
    }
}

/// The name of the thread that calls it.
private func threadName() -> String {
    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return name?.trimmingCharacters(in: .newlines) ?? ""
}

/// The same, as nonisolated asynchronous work.
private func threadNameOfAsyncWork() async -> String {
    threadName()
}

/// The threads of this process, by the names that Linux shows.
private func namesOfThreads() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        .compactMap { id in
            try? String(contentsOfFile: "/proc/self/task/\(id)/comm", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
}

@Suite("A blocking thread", .timeLimit(.minutes(1)))
struct BlockingThreadTests {
    @Test("an actor's methods run on its thread")
    func runsActor() async {
        let recorder = Recorder(on: BlockingThread(name: "actors-thread"))
        #expect(await recorder.currentThread() == "actors-thread")
    }

    @Test("nonisolated work of a task that prefers the thread runs on it, also after a suspension")
    func runsTask() async {
        let thread = BlockingThread(name: "tasks-thread")
        let names = await withTaskExecutorPreference(thread) {
            let before = await threadNameOfAsyncWork()
            await Task.yield()
            return [before, await threadNameOfAsyncWork()]
        }
        #expect(names == ["tasks-thread", "tasks-thread"])
        #expect(await threadNameOfAsyncWork() != "tasks-thread")
    }

    @Test("a task and an actor that share a thread stay on it when they call each other")
    func sharesThread() async {
        let thread = BlockingThread(name: "shared-thread")
        let recorder = Recorder(on: thread)
        let names = await withTaskExecutorPreference(thread) {
            var names: [String] = []
            for _ in 0..<3 {
                names.append(await recorder.currentThread())
                names.append(await threadNameOfAsyncWork())
            }
            return names
        }
        #expect(names == Array(repeating: "shared-thread", count: 6))
    }

    @Test("a task without the preference leaves the thread when it returns from the actor")
    func givesTaskBack() async {
        let recorder = Recorder(on: BlockingThread(name: "not-yours"))
        _ = await recorder.currentThread()
        #expect(await threadNameOfAsyncWork() != "not-yours")
    }

    @Test("jobs run in the order they arrive")
    func keepsOrder() async {
        let recorder = Recorder(on: BlockingThread(name: "ordered"))
        let gate = DispatchSemaphore(value: 0)
        async let blocked: Void = recorder.block(until: gate)
        let expected = Array(0..<1_000)
        let tasks = expected.map { number in
            Task.immediate { await recorder.append(number) }
        }
        gate.signal()
        await blocked
        for task in tasks {
            await task.value
        }
        #expect(await recorder.numbers == expected)
    }

    @Test("a blocked thread delays no task outside it")
    func blocksNobodyElse() async {
        let recorders = (0..<16).map { Recorder(on: BlockingThread(name: "blocked-\($0)")) }
        let gate = DispatchSemaphore(value: 0)
        let blocked = recorders.map { recorder in Task { await recorder.block(until: gate) } }
        // Were the pool's few threads blocked, this task would never come to open the gate.
        await Task.detached {
            for _ in recorders { gate.signal() }
        }
        .value
        for task in blocked {
            await task.value
        }
    }

    @Test("the thread ends when its executor is released and the last job has run")
    func endsAfterRelease() async throws {
        let name = "ends-after"
        var recorder: Recorder? = Recorder(on: BlockingThread(name: name))
        await recorder?.append(1)
        #expect(try namesOfThreads().contains(name))

        recorder = nil
        let deadline = ContinuousClock.now + .seconds(10)
        while try namesOfThreads().contains(name), ContinuousClock.now < deadline {
            await Task.yield()
        }
        #expect(try !namesOfThreads().contains(name))
    }

    @Test("a task keeps the thread that it prefers until it is done")
    func livesForItsTask() async {
        let task = Task(executorPreference: BlockingThread(name: "kept-by-task")) {
            for _ in 0..<100 { await Task.yield() }
            return threadName()
        }
        #expect(await task.value == "kept-by-task")
    }
}
