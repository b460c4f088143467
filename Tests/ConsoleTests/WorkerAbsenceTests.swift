import Console
import Testing

@Suite("A load without workers")
struct WorkerAbsenceTests {
    private func told(_ waited: String) -> String {
        "no worker has been registered for \(waited): the load waits for one: longshore worker"
    }

    /// What is said at each second, by what is seen: workers and settled tasks.
    private func said(_ seen: [(workers: Int, settled: Int)]) -> [Int: String] {
        var absence = WorkerAbsence()
        var said: [Int: String] = [:]
        for (second, seen) in seen.enumerated() {
            said[second] = absence.notice(
                workers: seen.workers,
                settled: seen.settled,
                now: .seconds(second)
            )
        }
        return said
    }

    @Test("says so after some seconds, and again each minute")
    func again() {
        let said = said(Array(repeating: (0, 3), count: 130))
        #expect(said == [5: told("5.00 s"), 65: told("1 min 05 s"), 125: told("2 min 05 s")])
    }

    @Test("takes it back when a worker comes, and begins anew when it goes")
    func back() {
        let seen = [(6, 0), (3, 1), (6, 0)]
            .flatMap { count, workers in
                Array(repeating: (workers: workers, settled: 0), count: count)
            }
        #expect(said(seen) == [5: told("5.00 s"), 6: "", 14: told("5.00 s")])
    }

    @Test("says nothing as long as somebody works whom the registry does not know")
    func unknownWorker() {
        #expect(said((0..<100).map { (0, $0 / 4) }) == [:])
    }
}
