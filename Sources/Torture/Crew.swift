import Glibc

/// The processes of a case's fleet: whichever dies is started again, as a supervisor would.
actor Crew {
    /// What a process is for.
    enum Role: String, Sendable, CaseIterable {
        case worker
        case coordinator
    }

    private struct Member {
        var role: Role
        var process: FleetProcess
        var supervision: Task<Void, Never>?
    }

    private let start: @Sendable (Role, _ environment: [String: String]) throws -> FleetProcess
    private var members: [Int: Member] = [:]
    private var isStopping = false
    /// How many processes ended without being asked to.
    private(set) var deaths = 0

    init(start: @escaping @Sendable (Role, [String: String]) throws -> FleetProcess) {
        self.start = start
    }

    /// Starts a process; `fault` is what only its first life has in its environment.
    func add(_ role: Role, fault: [String: String] = [:]) throws {
        let number = members.count
        members[number] = Member(role: role, process: try start(role, fault))
        members[number]?.supervision = Task { await supervise(number) }
    }

    /// The living processes of a role, in the order of their first start.
    func living(_ role: Role) -> [FleetProcess] {
        members.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.role == role && $0.process.isRunning }
            .map(\.process)
    }

    /// Asks every process to stop, and waits; kills what takes longer than `patience`.
    ///
    /// - Returns: what did not end with exit code 0, in words.
    func stop(within patience: Duration = .seconds(40)) async -> [String] {
        isStopping = true
        var complaints: [String] = []
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
            _ = await process.end()
            guard !isStopping, !Task.isCancelled else { return }
            deaths += 1
            guard let next = try? start(role, [:]) else { return }
            members[number]?.process = next
        }
    }
}
