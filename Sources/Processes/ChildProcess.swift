import Dispatch
import Foundation
import Glibc
import Synchronization

/// A process that we started, and watch until its end; it may be signalled and waited for.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum End: Sendable, Hashable {
        case exited(Int32)
        case killed(by: Int32)

        /// As a shell says it: a signal counts from 128.
        package var status: Int32 {
            switch self {
            case .exited(let status): status
            case .killed(let signal): 128 + signal
            }
        }
    }

    /// Its process id.
    package let processID: Int32
    private let ending = Mutex<End?>(nil)
    private let life = DispatchGroup()

    /// Starts a program.
    ///
    /// - Throws: ``CannotStart`` when there is no process; a program that is missing ends with status 127.
    package init(_ command: Command) throws(CannotStart) {
        processID = try command.start()
        life.enter()
        Thread.detachNewThread { [self] in watch() }
    }

    /// Whether it has not ended.
    package var isRunning: Bool { ending.withLock { $0 == nil } }

    /// Whether SIGSTOP holds it.
    package var isStopped: Bool {
        let status = try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        return status?.contains("\nState:\tT") ?? false
    }

    /// `kill -signal`; nothing when it has ended.
    package func send(_ signal: Int32) {
        // Nobody collects it meanwhile, so that its number is no other process's.
        ending.withLock { if $0 == nil { kill(processID, signal) } }
    }

    /// Waits for its end.
    package func end() async -> End {
        await withCheckedContinuation { continuation in
            life.notify(queue: .global()) { continuation.resume() }
        }
        return waitForEnd()
    }

    /// Waits for its end, and blocks the thread until then.
    package func waitForEnd() -> End {
        while true {
            life.wait()
            if let end = ending.withLock({ $0 }) { return end }
        }
    }

    private func watch() {
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0,
            errno == EINTR
        {}
        ending.withLock { $0 = collect() }
        life.leave()
    }

    private func collect() -> End {
        var status: Int32 = 0
        unsafe waitpid(processID, &status, 0)
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(by: signal)
    }
}
