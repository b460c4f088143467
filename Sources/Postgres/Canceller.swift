import CLibPQ
import Dispatch
import Foundation
import Synchronization

/// Asks the server, over a connection of its own, to give up what a session is doing.
///
/// Owns libpq's cancel handle. Any thread may ask.
///
/// Invariant behind `@unchecked`: the handle is never changed after its creation, and `PQcancel` is
/// documented as safe from any thread; everything else is behind the mutex.
@safe final class Canceller: @unchecked Sendable {
    /// How long a server that was asked to give up may take before its connection is given up.
    let grace: Duration
    /// A request that overtakes its statement is lost, so it is repeated while the statement runs.
    private static let repetition: Duration = .milliseconds(250)

    private struct State {
        var isRunning = false
        var askedAt: ContinuousClock.Instant?
        var sentAt: ContinuousClock.Instant?
        var requestsInFlight = 0
    }

    private let handle: OpaquePointer?
    private let state = Mutex(State())
    private let requestsInFlight = DispatchGroup()

    /// `connection` is the session's `PGconn`; it is only used during this call.
    init(_ connection: OpaquePointer, grace: Duration) {
        unsafe handle = PQgetCancel(connection)
        self.grace = grace
    }

    deinit {
        unsafe PQfreeCancel(handle)
    }

    /// Whether somebody asked to give up the exchange that runs.
    var isRequested: Bool {
        state.withLock { $0.askedAt != nil }
    }

    /// An exchange with the server begins; from now on it can be cancelled.
    func begin() {
        state.withLock {
            $0.isRunning = true
            $0.askedAt = nil
            $0.sentAt = nil
        }
    }

    /// The exchange is over.
    ///
    /// If `another` may follow, this returns when no request is on its way that could hit it.
    func end(before another: Bool) {
        let isBusy = state.withLock {
            $0.isRunning = false
            return $0.requestsInFlight > 0
        }
        guard isBusy && another else { return }
        _ = requestsInFlight.wait(timeout: .now() + .seconds(5))
    }

    /// Asks the server to give up the exchange that runs, if one does, and returns at once.
    func request() {
        let now = ContinuousClock.now
        let mustSend = state.withLock { state in
            guard state.isRunning, state.askedAt == nil else { return false }
            state.askedAt = now
            return Self.reserveRequest(&state, at: now)
        }
        if mustSend { send() }
    }

    /// Called now and then by whoever waits for the server: repeats a request that had no effect.
    ///
    /// - Returns: `false` when the server had its grace and the connection is to be given up.
    func keepAsking() -> Bool {
        let now = ContinuousClock.now
        let (mustSend, isHopeful) = state.withLock { state in
            guard let askedAt = state.askedAt else { return (false, true) }
            let isDue = state.sentAt.map { now - $0 >= Self.repetition } ?? true
            let mustSend = isDue && state.requestsInFlight == 0
            return (
                mustSend && Self.reserveRequest(&state, at: now), now - askedAt < grace
            )
        }
        if mustSend { send() }
        return isHopeful
    }

    private static func reserveRequest(
        _ state: inout State,
        at now: ContinuousClock.Instant
    ) -> Bool {
        state.sentAt = now
        state.requestsInFlight += 1
        return true
    }

    /// `PQcancel` connects and waits, so it gets a thread of its own; cancelling is rare.
    private func send() {
        requestsInFlight.enter()
        Thread.detachNewThread { [self] in
            var message = [CChar](repeating: 0, count: 256)
            // Whether it worked shows in the exchange itself, and a failed request is repeated.
            unsafe message.withUnsafeMutableBufferPointer { buffer in
                _ = unsafe PQcancel(handle, buffer.baseAddress, Int32(buffer.count))
            }
            state.withLock { $0.requestsInFlight -= 1 }
            requestsInFlight.leave()
        }
    }
}
