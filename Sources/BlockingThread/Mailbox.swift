import Dispatch
import Synchronization

/// The jobs of one thread, in order.
///
/// It is apart from ``BlockingThread`` so that the thread does not keep its own executor alive: only
/// a job that waits or runs does.
final class Mailbox: Sendable {
    private struct Letter: Sendable {
        let job: UnownedJob
        let executor: BlockingThread

        /// Runs the job in both of the executor's roles: what is enqueued does not say which of the
        /// two it was enqueued for, and the thread is the same.
        func open() {
            unsafe job.runSynchronously(
                isolatedTo: executor.asUnownedSerialExecutor(),
                taskExecutor: executor.asUnownedTaskExecutor()
            )
        }
    }

    private let letters = Mutex<(queue: [Letter], isClosed: Bool)>(([], false))
    private let arrivals = DispatchSemaphore(value: 0)

    func post(_ job: UnownedJob, for executor: BlockingThread) {
        let letter = Letter(job: job, executor: executor)
        letters.withLock { $0.queue.append(letter) }
        arrivals.signal()
    }

    func close() {
        letters.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    func runUntilClosed() {
        while runArrivals() {}
    }

    /// Waits for letters and opens them; `false` once the mailbox is closed and empty.
    ///
    /// A function of its own, so that the letters, which hold the executor, are gone before the next
    /// wait.
    private func runArrivals() -> Bool {
        arrivals.wait()
        let (batch, isClosed) = letters.withLock { state in
            defer { state.queue.removeAll() }
            return (state.queue, state.isClosed)
        }
        for letter in batch {
            letter.open()
        }
        return !(isClosed && batch.isEmpty)
    }
}
