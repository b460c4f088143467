import Logging
import Synchronization
import TestSupport
import Testing

@testable import Coordinator

@Suite("The service that forgets")
struct RetentionServiceTests {
    private struct Failure: Error {}

    /// Counts across tasks.
    private final class Calls: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .sequentiallyConsistent) }
        func add() -> Int { count.add(1, ordering: .sequentiallyConsistent).newValue }
    }

    @Test("does it at once and every hour, also after a failure, and ends when it is cancelled")
    func hourly() async throws {
        let (clock, calls) = (TestClock(), Calls())
        let service = RetentionService(
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            if calls.add() == 1 { throw Failure() }
            return [:]
        }
        let task = Task { try await service.run() }
        await eventually("it is done at once") { calls.value == 1 }
        await eventually("it is done again after an hour") {
            clock.advance(by: .seconds(1800))
            return calls.value >= 2
        }
        task.cancel()
        try await task.value
    }
}
