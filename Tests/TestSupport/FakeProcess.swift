import Synchronization

/// A process that can die: from then on nothing that it asks of a twin has any effect, and the twins
/// see its connections close.
public final class FakeProcess: Sendable {
    /// Its name.
    public let name: String
    private struct State {
        var isDead = false
        var onDeath: [@Sendable () -> Void] = []
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
    }

    /// Calls `action` when the process dies; at once when it is dead.
    public func onDeath(_ action: @escaping @Sendable () -> Void) {
        let isDead = state.withLock { state in
            if !state.isDead { state.onDeath.append(action) }
            return state.isDead
        }
        if isDead { action() }
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
    }

    /// Throws when the process is dead.
    func requireAlive() throws {
        if isDead { throw TwinError(description: "the process `\(name)` is dead") }
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
