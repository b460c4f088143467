import Foundation
import Synchronization

/// How a server outside of the fleet behaves: how long it takes, and what it does now and then instead of giving the right
/// answer.
final class Manners<Trouble: Sendable>: Sendable {
    private struct State {
        var delay = Duration.zero
        var choose: @Sendable () -> Trouble? = { nil }
        var requests = 0
        var troubles = 0
    }

    private let state = Mutex(State())

    /// How often it was asked.
    var requestCount: Int { state.withLock(\.requests) }
    /// How often it has made trouble.
    var troubleCount: Int { state.withLock(\.troubles) }

    /// From now on it takes its time for each answer, and makes the trouble that is chosen.
    func behave(
        delay: Duration = .zero,
        trouble choose: @escaping @Sendable () -> Trouble? = { nil }
    ) {
        state.withLock { ($0.delay, $0.choose) = (delay, choose) }
    }

    /// Takes its time for a request.
    ///
    /// - Returns: what it does instead of giving the right answer.
    func receive() -> Trouble? {
        let (delay, choose) = state.withLock { state in
            state.requests += 1
            return (state.delay, state.choose)
        }
        if delay > .zero { Thread.sleep(forTimeInterval: delay / .seconds(1)) }
        let trouble = choose()
        if trouble != nil { state.withLock { $0.troubles += 1 } }
        return trouble
    }

    /// Makes trouble until there was as much of it as a case asks for.
    ///
    /// - Throws: ``TortureError`` when nothing comes by that could be troubled.
    func trouble(
        _ arena: Arena,
        enough: Int,
        _ choose: @escaping @Sendable (Luck) -> Trouble?
    ) async throws {
        let luck = arena.luck
        behave(delay: .milliseconds(20)) { choose(luck) }
        try await arena.wait(within: .seconds(120), for: "that the target made trouble") {
            troubleCount >= enough
        }
        behave()
    }
}
