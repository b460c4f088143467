import Glibc
import Processes

/// Deliverers that die or freeze, and targets that want no more for now, or whose answers are lost.
enum ExportCases {
    static let all = targets.flatMap { target, maker in
        [
            killed(target, maker), frozen(target, maker),
            troubled("\(target).throttled", maker) { try await $0.putOff($1) },
            troubled("\(target).lost", maker) { try await $0.loseAnswers($1) },
        ]
    }

    private static let targets: [(String, Outside.Maker)] = [
        ("api", ExportedRows.toAPI), ("objects", ExportedRows.toObjects),
        ("documents", AgentDocuments.pipeline), ("table", AgentTable.pipeline),
    ]

    /// `kill -9` of workers while the target takes its time for an answer: the row may be there, or not.
    private static func killed(_ target: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("export.\(target).kill", outside: outside) { arena in
            let target = try arena.server((any ExportTarget).self)
            try await target.dawdle(true)
            for _ in 0..<5 {
                try await arena.waitForNextRequest { try await target.requestCount }
                await arena.killWorkers()
            }
            try await target.dawdle(false)
        }
    }

    /// The target puts deliverers off, or does what it is told and its answer is lost.
    private static func troubled(
        _ name: String,
        _ outside: Outside.Maker,
        _ trouble: @escaping @Sendable (any ExportTarget, Arena) async throws -> Void
    ) -> TortureCase {
        TortureCase("export.\(name)", expected: "delivered later", outside: outside) { arena in
            try await trouble(arena.server((any ExportTarget).self), arena)
        }
    }

    /// SIGSTOP past lease and heartbeat in the midst of deliveries, then SIGCONT.
    private static func frozen(_ target: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("export.\(target).freeze", outside: outside) { arena in
            let target = try arena.server((any ExportTarget).self)
            try await target.dawdle(true)
            try await arena.waitForNextRequest { try await target.requestCount }
            let workers = await arena.crew.living(.worker)
            for worker in workers { worker.send(SIGSTOP) }
            try await arena.crew.add(.worker)
            try await Task.sleep(for: .seconds(50))
            for worker in workers { worker.send(SIGCONT) }
            try await target.dawdle(false)
        }
    }
}
