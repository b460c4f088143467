import Foundation
import Glibc
import Processes
import Synchronization
import TestSupport
import Testing

@testable import Torture

@Suite struct CrewTests {
    private static let obedient = "trap 'exit 0' TERM; while :; do sleep 0.05; done"

    @Test("a process that dies is started again, without the fault of its first life")
    func restart() async throws {
        let starts = Mutex<[[String: String]]>([])
        let crew = Crew { _, fault in
            starts.withLock { $0.append(fault) }
            return try Self.shell(Self.obedient)
        }
        try await crew.add(.worker, fault: ["FAULT_AT": "begun:1:kill"])
        let first = try #require(await crew.living(.worker).first)
        first.send(SIGKILL)
        await eventually("another lives") {
            await crew.living(.worker).contains { $0.processID != first.processID }
        }
        #expect(await crew.deaths == 1)
        #expect(starts.withLock { $0 } == [["FAULT_AT": "begun:1:kill"], [:]])
        _ = await crew.stop(within: .seconds(5))
        #expect(await crew.living(.worker).isEmpty)
    }

    @Test("a process that crashes is complained of, one that is killed is not")
    func crash() async throws {
        let crew = Crew { role, _ in try Self.shell(Self.obedient) }
        try await crew.add(.worker)
        try await crew.add(.coordinator)
        for worker in await crew.living(.worker) { worker.send(SIGKILL) }
        for coordinator in await crew.living(.coordinator) { coordinator.send(SIGTRAP) }
        await eventually("both have ended") { await crew.deaths == 2 }
        #expect(await crew.killed(.worker) == 1)
        #expect(await crew.killed(.coordinator) == 0)
        await eventually("their successors listen") {
            let successors = await crew.living(.worker) + crew.living(.coordinator)
            return successors.count == 2 && successors.allSatisfy(Self.hasTrap)
        }
        #expect(await crew.stop(within: .seconds(5)) == ["a coordinator crashed with signal 5"])
    }

    @Test("a process that ignores SIGTERM is killed and complained of, frozen ones are woken")
    func stop() async throws {
        let crew = Crew { role, _ in
            try Self.shell(
                role == .worker ? "trap '' TERM; while :; do sleep 0.05; done" : Self.obedient
            )
        }
        try await crew.add(.worker)
        try await crew.add(.coordinator)
        let processes = await crew.living(.worker) + crew.living(.coordinator)
        await eventually("the traps are set") { processes.allSatisfy(Self.hasTrap) }
        for coordinator in await crew.living(.coordinator) { coordinator.send(SIGSTOP) }
        let complaints = await crew.stop(within: .seconds(3))
        #expect(complaints == ["a worker ended with killed(by: 9) after SIGTERM"])
        #expect(await crew.deaths == 0)
    }

    private static func shell(_ script: String) throws -> ChildProcess {
        try ChildProcess(
            Command(
                "/bin/sh",
                ["-c", script],
                environment: ["PATH": "/usr/bin:/bin"],
                directory: "/"
            )
        )
    }

    /// Whether a process ignores or catches SIGTERM.
    @Sendable private static func hasTrap(_ process: ChildProcess) -> Bool {
        guard
            let status = try? String(
                contentsOfFile: "/proc/\(process.processID)/status",
                encoding: .utf8
            )
        else { return false }
        return status.split(separator: "\n")
            .contains { line in
                guard line.hasPrefix("SigCgt:") || line.hasPrefix("SigIgn:") else { return false }
                let mask = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
                return mask & (1 << (UInt64(SIGTERM) - 1)) != 0
            }
    }
}
