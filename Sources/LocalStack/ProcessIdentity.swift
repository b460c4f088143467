import Glibc

/// One process, told apart from a later one that got the same id.
struct ProcessIdentity: Sendable, Hashable, Codable {
    /// The process id.
    let pid: Int32
    /// When it started, in clock ticks since boot: field 22 of `/proc/<pid>/stat`.
    let startTicks: UInt64

    /// The process with this id, when it is alive.
    init?(pid: Int32) {
        guard let stat = ProcessStat(pid: pid), stat.isAlive else { return nil }
        self.pid = pid
        startTicks = stat.startTicks
    }

    /// Whether this very process is still alive.
    ///
    /// Collects it when it is our child and has ended.
    var isAlive: Bool {
        var status: Int32 = 0
        guard unsafe waitpid(pid, &status, WNOHANG) != pid else { return false }
        guard let stat = ProcessStat(pid: pid) else { return false }
        return stat.isAlive && stat.startTicks == startTicks
    }
}

/// What `/proc/<pid>/stat` says (proc(5)).
private struct ProcessStat {
    let isAlive: Bool
    let startTicks: UInt64

    init?(pid: Int32) {
        guard let text = ProcFile.text("/proc/\(pid)/stat"),
            // The second field is the name in parentheses, which may itself hold blanks.
            let nameEnd = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 19, let threads = Int(fields[17]), let ticks = UInt64(fields[19])
        else { return nil }
        // A process whose first thread has ended shows as a zombie while the others still run.
        isAlive = !["Z", "X"].contains(fields[0]) || threads > 1
        startTicks = ticks
    }
}
