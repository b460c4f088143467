import BlockingThread
import Endpoints
import Synchronization

/// Keeps a connection: the first attempts, the reconnections, and the pauses between them.
struct KeptConnection<Session: Sendable>: Sendable {
    /// A connection that is ready for use.
    struct Opened: Sendable {
        let connection: AMQPConnection
        let session: Session
        let generation: Int
    }

    let configuration: AMQPConfiguration
    let post: EventPost
    /// Of all its connections; whoever calls ``keepOpen`` should do so on it.
    let thread = BlockingThread(name: "amqp")
    /// Makes a new connection ready: declares, subscribes.
    let prepare: @Sendable (AMQPConnection) async throws -> Session

    /// Connects, and makes the owner of the connection, all on its thread: between the two
    /// nothing serves heartbeats, so they must not wait for a thread of the pool.
    func start<Owner: Sendable>(
        _ makeOwner: @Sendable (Opened) -> Owner
    ) async throws -> Owner {
        do {
            return try await withTaskExecutorPreference(thread) {
                makeOwner(try await openFirst())
            }
        } catch {
            post.finish()
            throw error
        }
    }

    /// Connects; repeats attempts that may succeed later until the configured deadline.
    private func openFirst() async throws -> Opened {
        let deadline = ContinuousClock.now + configuration.connectDeadline
        var failures = 0
        while true {
            do {
                return try await open()
            } catch let error as AMQPError where error.isRetryable {
                failures += 1
                let pause = pause(afterFailures: failures)
                guard .now + pause < deadline else { throw error }
                post.send(.lost(error, retryingAfter: pause))
                try await Task.sleep(for: pause)
            }
        }
    }

    /// Serves one connection after the other until `serve` returns, or `isOver` after a loss.
    func keepOpen(
        startingWith first: Opened,
        isOver: () -> Bool,
        serve: (Opened) async throws -> Void,
        onLost: (any Error) -> Void
    ) async {
        var failures = 0
        var next: Opened? = first
        while true {
            do {
                let start = ContinuousClock.now
                let opened = if let next { next } else { try await open() }
                next = nil
                defer { if .now - start > backoff.longest { failures = 0 } }
                try await use(opened, serve)
                break
            } catch {
                if isOver() { break }
                onLost(error)
                failures += 1
                let pause = pause(afterFailures: failures)
                post.send(.lost(error, retryingAfter: pause))
                try? await Task.sleep(for: pause)
            }
            if isOver() { break }
        }
        post.finish()
    }

    private func open() async throws -> Opened {
        let connection = try await AMQPConnection.connect(to: configuration, on: thread)
        do {
            let session = try await prepare(connection)
            let generation = lastGeneration.add(1, ordering: .relaxed).newValue
            post.send(.connected(generation: generation))
            return Opened(connection: connection, session: session, generation: generation)
        } catch {
            await connection.close()
            throw error
        }
    }

    private func use(_ opened: Opened, _ serve: (Opened) async throws -> Void) async throws {
        do {
            try await serve(opened)
            await opened.connection.close()
        } catch {
            await opened.connection.close()
            throw error
        }
    }
}

private let lastGeneration = Atomic<Int>(0)

/// Between attempts; once a connection has lasted longer than the longest pause it begins anew.
private let backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))

private func pause(afterFailures failures: Int) -> Duration {
    backoff.pause(afterFailures: failures, jitter: .random(in: 0..<1))
}
