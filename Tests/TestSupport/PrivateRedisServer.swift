internal import Foundation
internal import Loopback
internal import Processes
internal import Synchronization

/// A redis-server of a test's own, on a free loopback port, which the test may kill and freeze.
///
/// It keeps nothing on disk and dies with the test's process, however that ends.
public final class PrivateRedisServer: Sendable {
    /// The port it listens on (with TLS, when that was asked for).
    public let port: Int
    private let arguments: [String]
    private let running: Mutex<PrivateServerProcess>

    /// Starts a server with further `redis-server` options, and waits until it serves.
    ///
    /// - Parameters:
    ///   - arguments: Options in the form of the command line.
    ///   - portOption: `--tls-port` for a server that speaks only TLS.
    /// - Throws: what it said when it did not start.
    public init(_ arguments: [String] = [], portOption: String = "--port") throws {
        port = try LoopbackPorts.free(1)[0]
        let plainPort = portOption == "--port" ? [] : ["--port", "0"]
        self.arguments =
            plainPort + [portOption, String(port), "--bind", "127.0.0.1", "--save", ""] + arguments
        running = Mutex(try Self.start(self.arguments))
    }

    private static func start(_ arguments: [String]) throws -> PrivateServerProcess {
        try PrivateServerProcess("redis-server", arguments, ready: "Ready to accept connections")
    }

    /// The address, without user and password.
    public var url: String { "redis://127.0.0.1:\(port)" }

    /// Ends the server as a crash does.
    public func kill() {
        running.withLock { $0.kill() }
    }

    /// Starts the server again, empty.
    public func restart() throws {
        try running.withLock {
            $0.kill()
            $0 = try Self.start(arguments)
        }
    }

    /// Lets the server answer nothing until ``thaw()``.
    public func freeze() {
        running.withLock { $0.signal(SIGSTOP) }
    }

    /// Ends what ``freeze()`` began.
    public func thaw() {
        running.withLock { $0.signal(SIGCONT) }
    }
}
