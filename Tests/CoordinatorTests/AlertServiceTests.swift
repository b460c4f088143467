import Logging
import Pipelines
import Planning
import Synchronization
import TestSupport
import Testing

@testable import Coordinator

/// The service that tells alerts, with a ledger and targets of the test's own.
@Suite("The service of alerts")
struct AlertServiceTests {
    /// A ledger with some messages, each taken once until its lease is expired.
    private final class Messages: AlertLedger {
        private struct State {
            var open: [AlertMessage]
            var held: Set<Int64> = []
            var log: [String] = []
            var looks = 0
        }
        private let state: Mutex<State>

        init(_ ids: [Int64]) {
            state = Mutex(State(open: ids.map(AlertServiceTests.message)))
        }

        var log: [String] { state.withLock { $0.log } }
        var looks: Int { state.withLock { $0.looks } }

        func lookForAlerts() async throws -> AlertRound {
            state.withLock { $0.looks += 1 }
            return AlertRound()
        }

        func takeAlertMessage(
            by coordinator: String,
            for duration: Duration
        ) async throws
            -> AlertMessage?
        {
            state.withLock { state in
                guard let next = state.open.first(where: { !state.held.contains($0.id) }) else {
                    return nil
                }
                state.held.insert(next.id)
                return next
            }
        }

        func told(_ message: AlertMessage) async throws -> Bool {
            state.withLock { state in
                state.log.append("told \(message.id)")
                state.open.removeAll { $0.id == message.id }
                return true
            }
        }

        func failed(_ message: AlertMessage, because reason: String) async throws -> Bool {
            state.withLock { state in
                state.log.append("failed \(message.id): \(reason)")
                state.held.remove(message.id)
                return true
            }
        }
    }

    /// Targets of which the first `failures` messages are not taken, and some never answer.
    private final class Targets: AlertTeller {
        private let failures: Mutex<Int>
        private let silent: Set<Int64>

        init(failures: Int = 0, silent: Set<Int64> = []) {
            self.failures = Mutex(failures)
            self.silent = silent
        }

        func tell(_ message: AlertMessage) async throws {
            if silent.contains(message.id) { try await Task.sleep(for: .seconds(3600)) }
            let fails = failures.withLock { count in
                count -= 1
                return count >= 0
            }
            if fails { throw AlertFailure("the status 503") }
        }
    }

    private static func message(_ id: Int64) -> AlertMessage {
        AlertMessage(
            id: id,
            fence: 1,
            identity: "wh.\(id)",
            target: AlertTarget(.webhook, url: "${HOOK}"),
            pipeline: "shop",
            isOver: false,
            alerts: [],
            written: "2024-02-01T06:00:05Z"
        )
    }

    /// Runs a service, its clock moving on, until `isDone`.
    private func run(
        _ ledger: Messages,
        _ targets: Targets,
        until isDone: @Sendable () -> Bool
    ) async {
        let clock = TestClock()
        let service = AlertService(
            settings: CoordinatorSettings(owner: "one"),
            ledger: ledger,
            teller: targets,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task { await service.keepTelling() }
        await eventually("all is told") {
            clock.advance(by: .seconds(1))
            return isDone()
        }
        running.cancel()
        await running.value
    }

    @Test("tells what there is, and goes on looking")
    func tells() async {
        let ledger = Messages([1, 2, 3])
        await run(ledger, Targets()) { ledger.log.count == 3 && ledger.looks > 2 }
        #expect(ledger.log.sorted() == ["told 1", "told 2", "told 3"])
    }

    @Test("what a target does not take is written down, and told again")
    func fails() async {
        let ledger = Messages([1])
        await run(ledger, Targets(failures: 2)) { ledger.log.count == 3 }
        #expect(
            ledger.log == ["failed 1: the status 503", "failed 1: the status 503", "told 1"]
        )
    }

    @Test("a target that never answers holds up no other, and is given up before the lease is over")
    func silent() async {
        let ledger = Messages([1, 2])
        await run(ledger, Targets(silent: [1])) { ledger.log.count >= 2 }
        #expect(ledger.log.first == "told 2")
        #expect(ledger.log.contains("failed 1: the target did not answer in time"))
        #expect(AlertService.limit < AlertService.lease)
    }
}
