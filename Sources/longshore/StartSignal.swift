import Console
import Synchronization
import UnixSignals

/// Answers the signals that end a process as long as it starts: it may wait for a server, or for the ledger, and has nothing
/// yet that it would have to give back.
///
/// Who listens to signals once does not die of them any more. So it listens until the services do, and none gets lost.
enum StartSignal {
    private static let listening = Mutex<Task<Void, Never>?>(nil)

    /// Listens from now on.
    ///
    /// - Parameter announcement: What is said at a signal, which ends the process with exit code 0.
    static func listen(_ announcement: String) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let task = Task {
            for await _ in signals {
                Output.note(announcement)
                CommandFailure.exit(with: nil)
            }
        }
        listening.withLock { $0 = task }
    }

    /// Leaves signals to the services, which listen by now.
    static func leave() {
        listening.withLock { $0?.cancel() }
    }
}
