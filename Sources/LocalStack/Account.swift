import Foundation
import Glibc
import Processes

/// The user a server runs as: ours, or an unprivileged one when we are root.
///
/// RabbitMQ and Redis should not, and Postgres will not, run as root.
struct Account: Sendable, Hashable {
    let userID: UInt32
    let groupID: UInt32
    /// Whether programs must change to this user first.
    let isSwitched: Bool

    /// Whether this process is root.
    static var isRoot: Bool { geteuid() == 0 }

    /// Ourselves.
    static var current: Account {
        Account(userID: geteuid(), groupID: getegid(), isSwitched: false)
    }

    /// The user that `server` runs as: the package's own, else `nobody`.
    static func running(_ server: StackServer) -> Account {
        guard isRoot else { return current }
        return named(server.userName) ?? named("nobody")
            ?? Account(userID: 65_534, groupID: 65_534, isSwitched: true)
    }

    /// Whether the system has a user of this name.
    static func exists(_ name: String) -> Bool { named(name) != nil }

    private static func named(_ name: String) -> Account? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        guard unsafe found != nil else { return nil }
        return unsafe Account(userID: entry.pw_uid, groupID: entry.pw_gid, isSwitched: true)
    }

    /// The command that runs `program` as this user.
    func command(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        directory: String,
        log: String
    ) throws(LocalStackError) -> LoggedCommand {
        var logged = LoggedCommand(
            program,
            arguments,
            environment: environment,
            directory: directory,
            log: log
        )
        if isSwitched {
            // setpriv replaces itself by the program: the process id stays the same.
            logged.command.program = try Program.setpriv.path()
            logged.command.arguments =
                ["--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--", program]
                + arguments
        }
        return logged
    }
}
