public import Planning
public import ServiceLifecycle
import Synchronization

/// Brings the events of workers to the loads they belong to: one receiver, many loads.
///
/// A coordinator whose hub does not run, or that misses events, is slower but not wrong.
public final class EventHub: Service {
    private struct State {
        var lastTicket = 0
        var inboxes: [Int64: [Int: Inbox]] = [:]
        /// Who hears of the events of loads that have no inbox.
        var eavesdropper: (@Sendable (Int64) -> Void)?
    }

    private let receiver: any EventReceiver
    private let state = Mutex(State())

    /// A hub for the events of `receiver`.
    public init(_ receiver: any EventReceiver) {
        self.receiver = receiver
    }

    /// Passes events on until the service is shut down or cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.listen()
            // Events may end with their connection; a service that returns would end the process.
            try? await gracefulShutdown()
        }
    }

    /// Passes events on until they end or the task is cancelled.
    public func listen() async {
        for await event in receiver.events {
            let (inboxes, eavesdropper) = state.withLock {
                ($0.inboxes[event.task.load], $0.eavesdropper)
            }
            if inboxes == nil { eavesdropper?(event.task.load) }
            for (_, inbox) in (inboxes ?? [:]).sorted(by: { $0.key < $1.key }) {
                inbox.hint(event.task.ordinal)
            }
        }
    }

    /// Has `hear` called with the load of every event that no inbox is there for; one at a time can listen.
    func onOtherLoads(_ hear: (@Sendable (Int64) -> Void)?) {
        state.withLock { $0.eavesdropper = hear }
    }

    /// Puts the load's events into `inbox` for as long as `body` runs.
    func withHints<Result>(
        of load: Int64,
        into inbox: Inbox,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            state.inboxes[load, default: [:]][state.lastTicket] = inbox
            return state.lastTicket
        }
        defer {
            state.withLock { state in
                state.inboxes[load]?[ticket] = nil
                if state.inboxes[load]?.isEmpty == true { state.inboxes[load] = nil }
            }
        }
        return try await body()
    }
}
