import Glibc
import Processes

/// The processes of a case's fleet: whichever dies is started again, as a supervisor would.
actor Crew {
    /// What a process is for.
    enum Role: String, Sendable, CaseIterable {
        case worker
        case coordinator
    }

    private struct Member {
        var role: Role
        var process: ChildProcess
        var supervision: Task<Void, Never>?
    }

    private let start: @Sendable (Role, _ environment: [String: String]) throws -> ChildProcess
    private var members: [Int: Member] = [:]
    private var isStopping = false
    /// The ends that nobody had asked for.
    private var ends: [(role: Role, end: ChildProcess.End)] = []

    /// How many processes ended without being asked to.
    var deaths: Int { ends.count }

    init(start: @escaping @Sendable (Role, [String: String]) throws -> ChildProcess) {
        self.start = start
    }

    /// Starts a process; `fault` is what only its first life has in its environment.
    func add(_ role: Role, fault: [String: String] = [:]) throws {
        let number = members.count
        members[number] = Member(role: role, process: try start(role, fault))
        members[number]?.supervision = Task { await supervise(number) }
    }

    /// The living processes of a role, in the order of their first start.
    func living(_ role: Role) -> [ChildProcess] {
        members.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.role == role && $0.process.isRunning }
            .map(\.process)
    }

    /// How many processes of a role were killed.
    func killed(_ role: Role) -> Int {
        ends.count { $0.role == role && $0.end == .killed(by: SIGKILL) }
    }

    /// The ends that no case brings about: of signals that a process sends itself when it is in error.
    private var crashes: [String] {
        ends.compactMap { role, end in
            guard case .killed(let signal) = end, signal != SIGKILL else { return nil }
            return "a \(role.rawValue) crashed with signal \(signal)"
        }
    }

    /// Asks every process to stop, and waits; kills what takes longer than `patience`.
    ///
    /// - Returns: what did not end with exit code 0, now or, by a crash, before; in words.
    func stop(within patience: Duration = .seconds(40)) async -> [String] {
        isStopping = true
        var complaints = crashes
        for member in members.values {
            member.process.send(SIGCONT)
            member.process.send(SIGTERM)
        }
        for (_, member) in members.sorted(by: { $0.key < $1.key }) {
            let process = member.process
            let reaper = Task {
                try await Task.sleep(for: patience)
                process.send(SIGKILL)
            }
            let end = await process.end()
            reaper.cancel()
            if end != .exited(0) {
                complaints.append("a \(member.role.rawValue) ended with \(end) after SIGTERM")
            }
            member.supervision?.cancel()
        }
        return complaints
    }

    private func supervise(_ number: Int) async {
        while let process = members[number]?.process, let role = members[number]?.role {
            let end = await process.end()
            guard !isStopping, !Task.isCancelled else { return }
            ends.append((role, end))
            guard let next = try? start(role, [:]) else { return }
            members[number]?.process = next
        }
    }
}
