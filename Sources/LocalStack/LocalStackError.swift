import Words

/// What kept a local stack from starting, answering or stopping.
public struct LocalStackError: Error, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// A program is not installed.
        case programMissing
        /// A file or directory cannot be made, read or written.
        case directory
        /// A program ended, or did not answer in time.
        case startFailed
        /// A program that prepares something (`initdb`, `openssl`) failed.
        case commandFailed
        /// A process survived every signal.
        case stopFailed
        /// The stack belongs to another user.
        case notOurs
        /// Nothing runs where something was asked for.
        case notRunning
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, what happened, and what to do; safe to show.
    public let description: String

    static func programMissing(_ program: String, package: String) -> LocalStackError {
        LocalStackError(
            code: .programMissing,
            description: "the program `\(program)` is not installed; "
                + "install it with `apt-get install \(package)`, or run `make deps`"
        )
    }

    static func directory(_ doing: String, _ path: String, errno code: Int32) -> LocalStackError {
        LocalStackError(
            code: .directory,
            description: "\(doing) `\(path)` failed: \(systemMessage(code)); "
                + "expected a place that this user may write to: choose another directory"
        )
    }

    static func unreadable(_ path: String) -> LocalStackError {
        LocalStackError(
            code: .directory,
            description: "the file `\(path)` of the local stack cannot be understood; "
                + "run `longshore down --purge`, then `longshore up`"
        )
    }

    static func ended(_ server: StackServer, log: LogTail) -> LocalStackError {
        LocalStackError(
            code: .startFailed,
            description: "\(server.title) ended while it was starting; \(log.sentence)"
        )
    }

    static func silent(
        _ server: StackServer,
        after patience: Duration,
        log: LogTail
    )
        -> LocalStackError
    {
        LocalStackError(
            code: .startFailed,
            description: "\(server.title) did not answer within \(patience); \(log.sentence)"
        )
    }

    static func commandFailed(_ program: String, status: Int32, log: LogTail) -> LocalStackError {
        LocalStackError(
            code: .commandFailed,
            description: "`\(program)` ended with status \(status); \(log.sentence)"
        )
    }

    static func cannotStart(_ program: String, errno code: Int32) -> LocalStackError {
        LocalStackError(
            code: .startFailed,
            description: "starting `\(program)` failed: \(systemMessage(code)); "
                + "`longshore doctor` shows what is missing"
        )
    }

    static func stillRunning(_ server: StackServer, processes: [Int32]) -> LocalStackError {
        let list = processes.map(String.init).joined(separator: " ")
        return LocalStackError(
            code: .stopFailed,
            description: "\(server.title) did not end, even when killed; "
                + "its processes are `\(list)`: end them as the user who started the stack"
        )
    }

    static func notOurs(_ path: String, owner: UInt32) -> LocalStackError {
        LocalStackError(
            code: .notOurs,
            description: "the local stack in `\(path)` belongs to the user with the id `\(owner)`; "
                + "run this command as that user, or choose another directory"
        )
    }

    static func notRunning(_ server: StackServer, directory: String) -> LocalStackError {
        LocalStackError(
            code: .notRunning,
            description: "\(server.title) of the local stack in `\(directory)` does not run; "
                + "start it with `longshore up`"
        )
    }
}
