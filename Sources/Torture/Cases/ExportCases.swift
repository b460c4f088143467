import Glibc
import Processes

/// Deliverers that die or freeze, and targets that want no more for now, or whose answers are lost.
enum ExportCases {
    static let all = targets.flatMap { target, maker in
        [
            killed(target, maker), frozen(target, maker),
            troubled("\(target).throttled", maker) {
                switch $0.number(in: 0..<10) {
                case 0...2: .refusal(429)
                case 3: .refusal(503)
                default: nil
                }
            },
            troubled("\(target).lost", maker) { $0.number(in: 0..<10) < 3 ? .cut : nil },
        ]
    }

    private static let targets: [(String, Outside.Maker)] = [
        ("api", ExportedRows.toAPI), ("objects", ExportedRows.toObjects),
    ]

    /// `kill -9` of workers while the target takes its time for an answer: the row may be there, or not.
    private static func killed(_ target: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("export.\(target).kill", outside: outside) { arena in
            let server = try arena.server
            server.behave(delay: .milliseconds(80))
            for _ in 0..<5 { try await arena.killWorkers(atNextRequestOf: server) }
            server.behave()
        }
    }

    /// The target puts deliverers off, or does what it is told and its answer is lost.
    private static func troubled(
        _ name: String,
        _ outside: Outside.Maker,
        _ trouble: @escaping @Sendable (Luck) -> TroubledServer.Trouble?
    ) -> TortureCase {
        TortureCase("export.\(name)", expected: "delivered later", outside: outside) { arena in
            let (server, luck) = (try arena.server, arena.luck)
            server.behave(delay: .milliseconds(20)) { trouble(luck) }
            try await arena.wait(within: .seconds(120), for: "that the target made trouble") {
                server.troubleCount > 8
            }
            server.behave()
        }
    }

    /// SIGSTOP past lease and heartbeat in the midst of deliveries, then SIGCONT.
    private static func frozen(_ target: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("export.\(target).freeze", outside: outside) { arena in
            let server = try arena.server
            server.behave(delay: .milliseconds(80))
            try await arena.waitForNextRequest(of: server)
            let workers = await arena.crew.living(.worker)
            for worker in workers { worker.send(SIGSTOP) }
            try await arena.crew.add(.worker)
            try await Task.sleep(for: .seconds(50))
            for worker in workers { worker.send(SIGCONT) }
            server.behave()
        }
    }
}
