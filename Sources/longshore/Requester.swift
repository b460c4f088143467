import Foundation

/// Who runs this command, as the ledger records it.
enum Requester {
    /// `LONGSHORE_ACTOR`, where it is set; else `user@host`.
    static var name: String {
        let process = ProcessInfo.processInfo
        if let actor = process.environment["LONGSHORE_ACTOR"], !actor.isEmpty { return actor }
        return "\(NSUserName())@\(process.hostName)"
    }
}
