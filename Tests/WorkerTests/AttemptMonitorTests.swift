import Planning
import Testing

@testable import Worker

@Suite("What an attempt tells while it runs")
struct AttemptMonitorTests {
    private struct Told: Equatable {
        var rows: Int
        var bytes: Int
        var newBytes: Int

        init(_ rows: Int, _ bytes: Int, new newBytes: Int) {
            (self.rows, self.bytes, self.newBytes) = (rows, bytes, newBytes)
        }

        init(_ monitor: AttemptMonitor) {
            (rows, bytes, newBytes) = monitor.take()
        }
    }

    @Test("is told once, and taken back where it begins once more; no byte is new twice")
    func again() {
        let monitor = AttemptMonitor(NoObserver(), limits: TimeLimits())
        monitor.reached(.begun)
        monitor.progressed(rows: 5, bytes: 500)
        #expect(Told(monitor) == Told(5, 500, new: 500))
        monitor.progressed(rows: 1, bytes: 100)
        #expect(Told(monitor) == Told(1, 100, new: 100))
        monitor.progressed(rows: 9, bytes: 900)
        monitor.reached(.begun)
        monitor.progressed(rows: 2, bytes: 200)
        #expect(Told(monitor) == Told(-4, -400, new: 0))
        monitor.progressed(rows: 6, bytes: 600)
        #expect(Told(monitor) == Told(6, 600, new: 200))
        #expect(Told(monitor) == Told(0, 0, new: 0))
    }
}
