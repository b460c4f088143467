import Foundation
import Glibc
import Synchronization

/// A `longshore` process that a campaign started, and may kill, freeze or ask to stop.
///
/// What it writes goes to a file, so that it never blocks on a pipe and everything can be searched afterwards.
final class FleetProcess: Sendable {
    /// How it ended.
    enum End: Sendable, Hashable {
        case exited(Int32)
        case killed(by: Int32)
    }

    let log: String
    let processID: Int32
    private let ending: Ending

    /// Starts `program`; its output is appended to `log`.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        folder: String,
        log: String
    ) throws {
        // Several processes may share a log: none may write over what another has written.
        let descriptor = unsafe open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw TortureError(what: "`\(log)` cannot be written") }
        let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let ending = Ending()
        process.terminationHandler = { process in
            let status = process.terminationStatus
            ending.set(process.terminationReason == .exit ? .exited(status) : .killed(by: status))
        }
        try process.run()
        try output.close()
        self.log = log
        self.ending = ending
        processID = process.processIdentifier
    }

    /// Whether it has not ended.
    var isRunning: Bool { ending.value == nil }

    /// Whether SIGSTOP holds it.
    var isStopped: Bool {
        let status = try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        return status?.contains("\nState:\tT") ?? false
    }

    /// `kill -signal`; nothing when it has ended.
    func send(_ signal: Int32) {
        if isRunning { kill(processID, signal) }
    }

    /// Waits for its end.
    func end() async -> End { await ending.wait() }
}

/// The end of a process, to be waited for.
private final class Ending: Sendable {
    private struct State {
        var end: FleetProcess.End?
        var waiting: [CheckedContinuation<FleetProcess.End, Never>] = []
    }
    private let state = Mutex(State())

    var value: FleetProcess.End? { state.withLock { $0.end } }

    func set(_ end: FleetProcess.End) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.end = end
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: end) }
    }

    func wait() async -> FleetProcess.End {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state in
                if state.end == nil { state.waiting.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }
}
