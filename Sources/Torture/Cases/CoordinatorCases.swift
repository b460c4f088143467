import Foundation
import Glibc
import Processes

/// Two coordinators, of which some die or are frozen.
enum CoordinatorCases {
    static var all: [TortureCase] { [killed, frozen, bothKilled, strangers] }

    private static let killed = TortureCase(
        "coordinator.kill",
        expected: "another takes over"
    ) { arena in
        try await arena.repeatedly(for: .seconds(8), everyMilliseconds: 300..<2000) {
            let coordinators = await arena.crew.living(.coordinator)
            guard !coordinators.isEmpty else { return }
            coordinators[arena.luck.number(in: 0..<coordinators.count)].send(SIGKILL)
        }
    }

    private static let frozen = TortureCase(
        "coordinator.freeze",
        expected: "the late one is refused"
    ) { arena in
        let coordinators = await arena.crew.living(.coordinator)
        for coordinator in coordinators {
            coordinator.send(SIGSTOP)
            try await Task.sleep(for: .seconds(20))
            coordinator.send(SIGCONT)
        }
    }

    /// Coordinator and worker of another fleet on the same warehouse: they take nothing.
    private static let strangers = TortureCase(
        "coordinator.strangers",
        expected: "another fleet takes nothing"
    ) { arena in
        let addresses = try arena.ground.addresses()
        let environment = arena.ground.environment(
            fleet: "\(arena.fleet)-strangers",
            urls: addresses.urls(database: arena.database, through: [:])
        )
        let log = "\(arena.folder)/strangers.log"
        let strangers = try ["coordinator", "worker"]
            .map { role in
                try ChildProcess(
                    Command(
                        arena.ground.program,
                        [role],
                        environment: environment,
                        directory: arena.folder,
                        output: .file(log)
                    )
                )
            }
        // What is orphaned meanwhile is there to be taken.
        for coordinator in await arena.crew.living(.coordinator) { coordinator.send(SIGKILL) }
        try await Task.sleep(for: .seconds(10))
        for stranger in strangers { stranger.send(SIGTERM) }
        for stranger in strangers {
            guard await stranger.end() == .exited(0) else {
                throw TortureError(what: "a stranger did not end well: see \(log)")
            }
        }
        let words = try String(contentsOfFile: log, encoding: .utf8)
        guard !words.contains("coordinating"), !words.contains("settled") else {
            throw TortureError(what: "another fleet worked on the load: see \(log)")
        }
        try await arena.ground.deleteQueues(of: "\(arena.fleet)-strangers")
    }

    private static let bothKilled = TortureCase(
        "coordinator.kill.all",
        expected: "taken up again"
    ) { arena in
        for coordinator in await arena.crew.living(.coordinator) { coordinator.send(SIGKILL) }
    }
}
