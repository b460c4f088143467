import Foundation
import Glibc

/// The processes of one server of one stack, found in `/proc` however they came to be: a record may
/// be lost, and servers start helpers of their own (RabbitMQ its `epmd`).
struct Leftovers: Sendable {
    /// The environment variable that marks them; its value is the server's directory.
    static let mark = "LONGSHORE_STACK_SERVER"

    /// The server's directory, without links in it.
    let directory: String

    /// Those alive now.
    func find() -> [ProcessIdentity] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap(Int32.init).filter(belongs).compactMap(ProcessIdentity.init)
    }

    private func belongs(_ pid: Int32) -> Bool {
        guard pid != getpid() else { return false }
        let mark = Array("\(Self.mark)=\(directory)".utf8)
        if let environment = ProcFile.bytes("/proc/\(pid)/environ"),
            environment.split(separator: 0).contains(where: mark.elementsEqual)
        {
            return true
        }
        // Postgres and Redis write over their environment to change what `ps` shows.
        guard
            let name = ProcFile.text("/proc/\(pid)/comm"),
            ["postgres\n", "redis-server\n"].contains(name),
            let place = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(pid)/cwd"
            )
        else { return false }
        return place.hasPrefix(directory + "/")
    }
}

extension [ProcessIdentity] {
    /// Signals the processes, and waits for their end.
    ///
    /// - Returns: Those that are still alive after `patience`.
    func end(_ signal: Int32, patience: Duration) async -> [ProcessIdentity] {
        var alive = filter(\.isAlive)
        for process in alive { kill(process.pid, signal) }
        let deadline = ContinuousClock.now + patience
        while !alive.isEmpty, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(10))
            alive = alive.filter(\.isAlive)
        }
        return alive
    }
}
