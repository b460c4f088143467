import Foundation

/// Who runs this command, as the ledger records it.
enum Requester {
    /// `user@host`.
    static var name: String { "\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }
}
