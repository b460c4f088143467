import Planning
import TestSupport
import Testing
import Worker

/// What a worker does with each outcome of an attempt.
@Suite struct LoadTaskLifeTests {
    private func failure(retryable: Bool) -> TaskFailure {
        TaskFailure(code: "source.broken", message: "the source broke", isRetryable: retryable)
    }

    @Test("a loaded task is marked, announced and acknowledged, in this order")
    func loaded() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let steps = StepFaults()
            let worker = bench.worker(observer: steps)
            try await bench.drain(worker)
            #expect(steps.steps == Step.allCases)
            #expect(bench.warehouse.row(task)?.effects == 1)
            #expect(bench.inFlight.done == [task])
            #expect(bench.inFlight.held.isEmpty)
            #expect(bench.events == [task])
            #expect(worker.metrics.results == [.loaded: 1])
            #expect(worker.metrics.rowsRead == 60)
            let progress = await bench.inFlight.progress(ofLoad: task.load)
            #expect(progress[0] == InFlightProgress(rows: 60, bytes: 6000))
        }
    }

    @Test("a task that was done before is announced again and acknowledged")
    func alreadyDone() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.warehouse.setState(.done, of: task)
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.alreadyDone: 1])
            #expect(bench.warehouse.row(task)?.effects == 0)
            #expect(bench.events == [task])
        }
    }

    @Test("a done-mark that lies does not leave a task undone")
    func lyingMark() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            await bench.inFlight.release(task, owner: "a liar", isDone: true)
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.loaded: 1])
        }
    }

    @Test("what a newer load took over is announced, not loaded")
    func superseded() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let old = try await bench.makeLoad()[0]
            _ = try await bench.makeLoad()
            bench.inject(old)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.superseded: 1])
            #expect(bench.warehouse.row(old)?.state == .superseded)
            #expect(bench.events == [old])
        }
    }

    @Test("a cancelled task is announced and not marked done, so that it can be retried")
    func cancelled() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.warehouse.cancel(task.load)
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.cancelled: 1])
            #expect(bench.inFlight.done.isEmpty)
            #expect(bench.events == [task])
        }
    }

    @Test("a task whose row another attempt holds comes back later and burns no attempt")
    func busy() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.inFlight.setReachable(false)
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            bench.inject(task)
            let worker = bench.worker(slots: 2)
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.loaded: 1, .busy: 1, .alreadyDone: 1])
            #expect(bench.broker.retries == [.fiveSeconds: 1])
            #expect(bench.warehouse.row(task)?.failures == 0)
        }
    }

    @Test("a task that its pipeline has no room for comes back after a second and burns no attempt")
    func crowded() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .milliseconds(700)) }
            let tasks = try await bench.makeLoad(3, concurrency: 1)
            for task in tasks { bench.inject(task) }
            let worker = bench.worker(slots: tasks.count)
            try await bench.drain(worker)
            let results = worker.metrics.results
            let refused = results[.busy] ?? 0
            #expect(results[.loaded] == 3 && refused >= 2)
            #expect(bench.broker.retries == [.second: refused])
            for task in tasks { #expect(bench.warehouse.row(task)?.attempts == 1) }
        }
    }

    @Test("a task whose lease another holds comes back after a second and burns no attempt")
    func held() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            _ = await bench.inFlight.claim(task, owner: "another#0")
            simulation.clock.schedule(after: .milliseconds(2500)) { bench.inFlight.erase() }
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.busy: 3, .loaded: 1])
            #expect(bench.broker.retries == [.second: 3])
            #expect(bench.warehouse.row(task)?.attempts == 1)
        }
    }

    @Test("a failed attempt is recorded and tried again after growing delays")
    func retried() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let failure = failure(retryable: true)
            bench.warehouse.setBehaviour { _, attempt in .init(failure: attempt < 4 ? failure : nil)
            }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.retried: 3, .loaded: 1])
            #expect(bench.broker.retries == [.second: 1, .fiveSeconds: 1, .halfMinute: 1])
            #expect(bench.warehouse.row(task)?.failures == 3)
            #expect(bench.warehouse.row(task)?.effects == 1)
        }
    }

    @Test("a task out of attempts is set aside with its last failure and announced")
    func outOfAttempts() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let failure = failure(retryable: true)
            bench.warehouse.setBehaviour { _, _ in .init(failure: failure) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker(policy: RetryPolicy(maximumAttempts: 2))
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.retried: 1, .setAside: 1])
            #expect(bench.broker.setAside == [TaskMessage(task: task, pool: "default"): failure])
            #expect(bench.warehouse.row(task)?.state == .failed)
            #expect(bench.events == [task])
            #expect(bench.inFlight.done.isEmpty)
        }
    }

    @Test("a failure that no retry can help is final at once")
    func failedForGood() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let failure = failure(retryable: false)
            bench.warehouse.setBehaviour { _, _ in .init(failure: failure) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.setAside: 1])
            #expect(bench.broker.retries.isEmpty)
            #expect(bench.warehouse.row(task)?.attempts == 1)
        }
    }

    @Test("a message of a task that has failed already is acknowledged, nothing more")
    func settled() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let task = try await bench.makeLoad()[0]
            bench.warehouse.setState(.failed, of: task)
            bench.inject(task)
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.settled: 1])
            #expect(bench.broker.setAside.isEmpty)
        }
    }

    @Test("a message of a task that the ledger does not know is acknowledged")
    func unknown() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.inject(LoadTaskID(load: 77, ordinal: 0))
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.settled: 1])
        }
    }

    @Test("a failure that cannot be published leaves the delivery with the broker")
    func publishingFails() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let failure = failure(retryable: true)
            bench.warehouse.setBehaviour { _, attempt in
                .init(failure: attempt == 1 ? failure : nil)
            }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            let steps = StepFaults()
            steps.once(at: .extracting) { bench.broker.setDown(true) }
            simulation.clock.schedule(after: .seconds(5)) { bench.broker.setDown(false) }
            let worker = bench.worker(observer: steps)
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.givenBack: 1, .loaded: 1])
            #expect(bench.warehouse.row(task)?.effects == 1)
        }
    }

    @Test("the lease is renewed every ten seconds, and losing it stops nothing")
    func leases() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(10)) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            simulation.clock.schedule(after: .seconds(35)) { bench.inFlight.erase() }
            let worker = bench.worker()
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.loaded: 1])
            #expect(bench.inFlight.done == [task])
        }
    }

    @Test("a lease that is renewed keeps other workers away for as long as the attempt lasts")
    func longAttempt() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.warehouse.setBehaviour { _, _ in .init(stepTime: .seconds(20)) }
            let task = try await bench.makeLoad()[0]
            bench.inject(task)
            try await bench.run(bench.worker()) {
                try await simulation.clock.sleep(for: .seconds(110))
                #expect(bench.inFlight.held == [task])
                try await bench.emptied()
            }
        }
    }

    @Test("without Redis the same work gets done")
    func withoutRedis() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.inFlight.setReachable(false)
            let tasks = try await bench.makeLoad(20)
            for task in tasks { bench.inject(task) }
            let worker = bench.worker(slots: 4)
            try await bench.drain(worker)
            #expect(worker.metrics.results == [.loaded: 20])
            #expect(bench.warehouse.violations.isEmpty)
        }
    }

    @Test("the same message ten times in parallel has one effect", arguments: [true, false])
    func tenTimes(redisIsGone: Bool) async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            bench.inFlight.setReachable(!redisIsGone)
            let task = try await bench.makeLoad()[0]
            for _ in 0..<10 { bench.inject(task) }
            let worker = bench.worker(slots: 10)
            try await bench.drain(worker)
            #expect(bench.warehouse.row(task)?.effects == 1)
            #expect(bench.warehouse.row(task)?.failures == 0)
            #expect(worker.metrics.results[.loaded] == 1)
            #expect(worker.metrics.results[.alreadyDone] == 9)
            #expect(bench.warehouse.violations.isEmpty)
        }
    }
}
