import Synchronization

/// What a coordination has to look at, gathered until it looks.
final class Inbox: Sendable {
    /// What has gathered.
    struct Mail: Sendable {
        /// Tasks whose state may have changed.
        var hints: Set<Int> = []
        /// Whether it is time to compare with the ledger.
        var isReconciliationDue = false
    }

    private let mail = Mutex(Mail())
    private let bell: AsyncStream<Void>.Continuation
    /// Rings when there is mail; rings that nobody heard are one.
    let rings: AsyncStream<Void>

    init() {
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func hint(_ task: Int) {
        mail.withLock { _ = $0.hints.insert(task) }
        bell.yield()
    }

    func demandReconciliation() {
        mail.withLock { $0.isReconciliationDue = true }
        bell.yield()
    }

    func take() -> Mail {
        mail.withLock { mail in
            defer { mail = Mail() }
            return mail
        }
    }
}
