import Dispatch
import Foundation
import Synchronization

/// One operating system thread as the executor of an actor whose methods block in C calls.
///
/// An actor that owns a C connection runs here instead of on the cooperative pool, where a few
/// blocking calls would hold up every other task of the process (docs/decisions/0002).
/// The thread ends when the executor is released and its last job has run.
public final class BlockingThread: SerialExecutor {
    private let mailbox = Mailbox()

    /// Starts the thread; `name` is what debuggers and `top -H` show (15 bytes on Linux).
    public init(name: String) {
        let thread = Thread { [mailbox] in mailbox.runUntilClosed() }
        thread.name = name
        thread.start()
    }

    deinit {
        mailbox.close()
    }

    /// Appends a job; called by the Swift runtime.
    public func enqueue(_ job: consuming ExecutorJob) {
        unsafe mailbox.post(UnownedJob(job), for: asUnownedSerialExecutor())
    }

    /// The reference the Swift runtime compares executors by.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}

/// The jobs of one thread, in order.
///
/// It is apart from `BlockingThread` so that the thread does not keep its own executor alive.
private final class Mailbox: Sendable {
    @safe private struct Letter: Sendable {
        let job: UnownedJob
        let executor: UnownedSerialExecutor
    }

    private let letters = Mutex<(queue: [Letter], isClosed: Bool)>(([], false))
    private let arrivals = DispatchSemaphore(value: 0)

    func post(_ job: UnownedJob, for executor: UnownedSerialExecutor) {
        let letter = unsafe Letter(job: job, executor: executor)
        letters.withLock { $0.queue.append(letter) }
        arrivals.signal()
    }

    func close() {
        letters.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    func runUntilClosed() {
        while true {
            arrivals.wait()
            let (batch, isClosed) = letters.withLock { state in
                defer { state.queue.removeAll() }
                return (state.queue, state.isClosed)
            }
            for letter in batch {
                unsafe letter.job.runSynchronously(on: letter.executor)
            }
            if isClosed && batch.isEmpty { return }
        }
    }
}
