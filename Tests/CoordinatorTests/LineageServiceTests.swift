import Logging
import Pipelines
import Planning
import Synchronization
import TestSupport
import Testing

@testable import Coordinator

/// The service that tells lineage, with a ledger and a receiver of the test's own.
@Suite("The service of lineage")
struct LineageServiceTests {
    /// A ledger that has some events to tell, `most` in a turn, until somebody else takes over.
    private final class Events: LineageLedger {
        private struct State {
            var open: [LineageEvent]
            var log: [String] = []
            var turns: Int64 = 0
        }
        private let state: Mutex<State>
        private let most: Int
        private let lost: String?

        /// - Parameters:
        ///   - times: the events' times.
        ///   - most: how many are told in a turn.
        ///   - lost: the event after which somebody else has taken over once.
        init(_ times: [String], most: Int = 100, lost: String? = nil) {
            state = Mutex(State(open: times.map(LineageServiceTests.event)))
            (self.most, self.lost) = (most, lost)
        }

        var log: [String] { state.withLock { $0.log } }

        func takeLineage(
            by coordinator: String,
            for duration: Duration
        ) async throws -> LineageRound? {
            state.withLock { state in
                guard !state.open.isEmpty else { return nil }
                state.turns += 1
                return LineageRound(
                    turn: LineageTurn(fleet: "one", fence: state.turns),
                    events: Array(state.open.prefix(most))
                )
            }
        }

        func told(
            _ event: LineageEvent,
            in turn: LineageTurn,
            for duration: Duration
        ) async throws -> Bool {
            state.withLock { state in
                guard event.time != lost || turn.fence > 1 else { return false }
                state.open.removeAll { $0.time == event.time }
                state.log.append("told \(event.time)")
                return true
            }
        }

        func end(_ turn: LineageTurn) async throws {
            state.withLock { $0.log.append("end") }
        }

        func postpone(_ turn: LineageTurn, because failure: LineageFailure) async throws {
            state.withLock { $0.log.append("later: \(failure)") }
        }
    }

    /// A receiver that does not take some events the first so many times.
    private final class Receiver: LineageReceiver {
        private struct State {
            var taken: [String] = []
            var failures: [String: Int]
        }
        private let state: Mutex<State>
        private let isFinal: Bool

        init(failing failures: [String: Int] = [:], isFinal: Bool = false) {
            state = Mutex(State(failures: failures))
            self.isFinal = isFinal
        }

        var taken: [String] { state.withLock { $0.taken } }

        func take(_ event: LineageEvent) async throws {
            try state.withLock { state in
                let left = state.failures[event.time] ?? 0
                state.failures[event.time] = left - 1
                if left > 0 { throw LineageFailure("503", isFinal: isFinal) }
                state.taken.append(event.time)
            }
        }
    }

    private static func event(_ time: String) -> LineageEvent {
        LineageEvent(
            .start,
            at: time,
            in: LineageRun(load: 1, number: 1),
            of: LineageLoad(
                id: 1,
                pipeline: Pipeline(
                    name: "shop",
                    schema: "shop",
                    periods: nil,
                    sources: [:],
                    dimensions: [],
                    facts: [],
                    marts: []
                ),
                folder: "/",
                kind: .load,
                periods: [],
                warehouse: "wh",
                database: "db"
            )
        )
    }

    private func run(
        _ ledger: Events,
        _ receiver: Receiver,
        until isDone: @Sendable () -> Bool
    ) async {
        let clock = TestClock()
        let service = LineageService(
            settings: CoordinatorSettings(owner: "one"),
            ledger: ledger,
            receiver: receiver,
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

    @Test("events are told in their order, each marked before the next, turn after turn")
    func order() async {
        let (ledger, receiver) = (Events(["1", "2", "3"], most: 2), Receiver())
        await run(ledger, receiver) { ledger.log.filter { $0 == "end" }.count == 2 }
        #expect(receiver.taken == ["1", "2", "3"])
        #expect(ledger.log == ["told 1", "told 2", "end", "told 3", "end"])
    }

    @Test("an event that is not taken holds up those after it, and is told again")
    func later() async {
        let (ledger, receiver) = (Events(["1", "2", "3"]), Receiver(failing: ["2": 2]))
        await run(ledger, receiver) { ledger.log.contains("end") }
        #expect(receiver.taken == ["1", "2", "3"])
        #expect(
            ledger.log == ["told 1", "later: 503", "later: 503", "told 2", "told 3", "end"]
        )
    }

    @Test("an event that is refused for good holds up nothing")
    func refused() async {
        let ledger = Events(["1", "2", "3"])
        let receiver = Receiver(failing: ["2": 9], isFinal: true)
        await run(ledger, receiver) { ledger.log.contains("end") }
        #expect(receiver.taken == ["1", "3"])
        #expect(ledger.log == ["told 1", "told 2", "told 3", "end"])
    }

    @Test("who has lost the turn tells nothing more in it")
    func overtaken() async {
        let (ledger, receiver) = (Events(["1", "2", "3"], lost: "1"), Receiver())
        await run(ledger, receiver) { ledger.log.contains("end") }
        #expect(receiver.taken == ["1", "1", "2", "3"])
    }
}
