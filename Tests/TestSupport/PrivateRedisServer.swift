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
    private let running: Mutex<RedisProcess>

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
        running = Mutex(try RedisProcess(self.arguments))
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
            $0 = try RedisProcess(arguments)
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

/// One process of the server, and the shell that ends it when nobody holds its input any more.
private struct RedisProcess: ~Copyable {
    private let lifeline: Pipe
    private let shell: ChildProcess
    private let processID: Int32

    init(_ arguments: [String]) throws {
        let (lifeline, output) = (Pipe(), Pipe())
        // Only the server keeps the output open, so that its end is seen if it does not start. The shell ends
        // after the server, whose port is refused only then.
        let script = "redis-server \"$@\" & echo $!; exec >/dev/null 2>&1; cat; kill -9 $!; wait $!"
        let shell = try ChildProcess(
            Command(
                "/bin/sh",
                ["-c", script, "sh"] + arguments,
                input: .descriptor(lifeline.fileHandleForReading.fileDescriptor),
                output: .descriptor(output.fileHandleForWriting.fileDescriptor)
            )
        )
        try lifeline.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        var text = ""
        while !text.contains("Ready to accept connections") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw CocoaError(.executableLoad, userInfo: ["output": text]) }
            text += String(decoding: data, as: UTF8.self)
        }
        self.lifeline = lifeline
        self.shell = shell
        processID = text.split(separator: "\n").first.flatMap { Int32($0) } ?? 0
    }

    deinit {
        try? lifeline.fileHandleForWriting.close()
    }

    borrowing func signal(_ number: Int32) {
        if processID > 0 { Foundation.kill(processID, number) }
    }

    borrowing func kill() {
        signal(SIGKILL)
        try? lifeline.fileHandleForWriting.close()
        _ = shell.waitForEnd()
    }
}
