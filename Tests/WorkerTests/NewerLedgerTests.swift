import Planning
import TestSupport
import Testing
import Worker

@Suite("A worker whose ledger is of a newer program") struct NewerLedgerTests {
    @Test("it ends with the reason, and gives the task back uncounted; what runs finishes")
    func ends() async throws {
        try await Simulation.run { simulation in
            let bench = WorkerBench(simulation)
            let tasks = try await bench.makeLoad(3)
            bench.inject(tasks[0])
            let worker = bench.worker(slots: 2)
            simulation.clock.schedule(after: .milliseconds(300)) {
                bench.warehouse.migrate()
                bench.inject(tasks[1])
                bench.inject(tasks[2])
            }
            await #expect(throws: NewerLedger(version: 99, known: 98)) { try await worker.run() }
            #expect(bench.warehouse.row(tasks[0])?.state == .done)
            for task in tasks.dropFirst() {
                #expect(bench.warehouse.row(task)?.attempts == 0)
                #expect(bench.warehouse.row(task)?.failures == 0)
            }
            #expect(bench.broker.messageCount == 2)
            #expect(bench.broker.unsettledCount == 0)
            #expect(bench.broker.setAside.isEmpty)
        }
    }
}
