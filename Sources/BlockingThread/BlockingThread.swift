import Foundation
import Glibc

/// One operating system thread as the executor of an actor whose methods block in C calls, and of
/// the tasks that work with that actor.
///
/// An actor that owns a C connection runs here instead of on the cooperative pool, where a few
/// blocking calls would hold up every other task of the process (docs/decisions/0002).
///
/// It is a `TaskExecutor` too: inside `withTaskExecutorPreference(thread) { … }` nonisolated async
/// code runs on this thread, so that code and the connections it uses share one thread and no call
/// between them changes threads. While one of them blocks, the others wait.
///
/// Jobs run one at a time, in the order they arrive. The thread ends when the executor is released
/// and its last job has run.
public final class BlockingThread: SerialExecutor, TaskExecutor {
    private let mailbox = Mailbox()

    /// Starts the thread; `name` is what debuggers and `top -H` show (15 bytes of it).
    public init(name: String) {
        Thread.detachNewThread { [mailbox] in
            setThreadName(name)
            mailbox.runUntilClosed()
        }
    }

    deinit {
        mailbox.close()
    }

    /// Appends a job; called by the Swift runtime.
    public func enqueue(_ job: consuming ExecutorJob) {
        mailbox.post(UnownedJob(job), for: self)
    }

    /// The reference the Swift runtime compares executors by.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}

/// Names the calling thread; without `/proc` it stays unnamed.
///
/// Through the file because Foundation's `Thread.name` is lost when the thread is not quite up yet,
/// and Glibc's functions for it are not visible in Swift.
private func setThreadName(_ name: String) {
    let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    let bytes = Array(name.utf8.prefix(15))
    _ = unsafe write(file, bytes, bytes.count)
}
