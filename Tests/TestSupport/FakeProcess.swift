import Synchronization

/// A process that can die, freeze, or lose its way to a server.
///
/// Once it is dead nothing that it asks of a twin has any effect, and the twins see its connections
/// close. While it is frozen whatever it asks waits; a server notices that only by missing heartbeats.
public final class FakeProcess: Sendable {
    /// A server that a process talks to.
    public enum Server: Sendable, Hashable, CaseIterable {
        /// RabbitMQ.
        case broker
        /// Redis.
        case cache
        /// Postgres.
        case warehouse
    }

    /// Its name.
    public let name: String

    private struct State {
        var isDead = false
        var isFrozen = false
        var unreachable: Set<Server> = []
        var onDeath: [@Sendable () -> Void] = []
        var onReachability: [(server: Server, action: @Sendable (_ isReachable: Bool) -> Void)] = []
        var frozen: [CheckedContinuation<Void, Never>] = []
        var watcher: AsyncStream<Void>.Continuation?
    }
    private let state = Mutex(State())

    /// A process that is alive.
    public init(_ name: String) {
        self.name = name
    }

    /// Whether it has died.
    public var isDead: Bool { state.withLock { $0.isDead } }

    /// Kills it, as `kill -9` would.
    public func die() {
        let (actions, watcher) = state.withLock { state in
            defer { state.onDeath = [] }
            state.isDead = true
            return (state.onDeath, state.watcher)
        }
        for action in actions { action() }
        watcher?.finish()
        thaw()
    }

    /// Calls `action` when the process dies; at once when it is dead.
    public func onDeath(_ action: @escaping @Sendable () -> Void) {
        let isDead = state.withLock { state in
            if !state.isDead { state.onDeath.append(action) }
            return state.isDead
        }
        if isDead { action() }
    }

    /// Stops it, as SIGSTOP would.
    public func freeze() { state.withLock { $0.isFrozen = !$0.isDead } }

    /// Lets it go on, as SIGCONT would.
    public func thaw() {
        let frozen = state.withLock { state in
            defer { state.frozen = [] }
            state.isFrozen = false
            return state.frozen
        }
        for continuation in frozen { continuation.resume() }
    }

    /// Says whether `server` can be reached: what was sent before a cut has arrived, and both sides see
    /// their connections break.
    public func setReachable(_ server: Server, _ isReachable: Bool) {
        let actions = state.withLock { state in
            if isReachable {
                state.unreachable.remove(server)
            } else {
                state.unreachable.insert(server)
            }
            return state.onReachability.filter { $0.server == server }.map(\.action)
        }
        for action in actions { action(isReachable) }
    }

    /// Calls `action` whenever the way to `server` breaks or is mended.
    func onReachability(of server: Server, _ action: @escaping @Sendable (Bool) -> Void) {
        state.withLock { $0.onReachability.append((server, action)) }
    }

    /// Runs the program of the process until it ends or the process dies.
    public func run(_ program: @escaping @Sendable () async -> Void) async {
        let (deaths, watcher) = AsyncStream<Void>.makeStream()
        state.withLock { $0.watcher = watcher }
        if isDead { watcher.finish() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await program() }
            group.addTask { for await _ in deaths {} }
            await group.next()
            group.cancelAll()
        }
        // Whatever ended has no connections any more.
        die()
    }

    /// Whether a call to `server` gets through now; waits while the process is frozen.
    func reaches(_ server: Server) async -> Bool {
        await untilThawed()
        return state.withLock { !$0.isDead && !$0.unreachable.contains(server) }
    }

    /// Throws when a call to `server` does not get through; waits while the process is frozen.
    func reach(_ server: Server) async throws {
        guard await reaches(server) else {
            throw TwinError(description: "the process `\(name)` cannot reach its \(server)")
        }
    }

    /// Waits while the process is frozen.
    func untilThawed() async {
        while state.withLock({ $0.isFrozen }) {
            await withCheckedContinuation { continuation in
                let isFrozen = state.withLock { state in
                    if state.isFrozen { state.frozen.append(continuation) }
                    return state.isFrozen
                }
                if !isFrozen { continuation.resume() }
            }
        }
    }
}

/// What a twin throws when it plays a server that cannot be reached.
public struct TwinError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    public let description: String

    /// Creates an error.
    public init(description: String) {
        self.description = description
    }
}
