import Glibc

/// Two coordinators, of which some die or are frozen.
enum CoordinatorCases {
    static var all: [TortureCase] { [killed, frozen, bothKilled] }

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

    private static let bothKilled = TortureCase(
        "coordinator.kill.all",
        expected: "taken up again"
    ) { arena in
        for coordinator in await arena.crew.living(.coordinator) { coordinator.send(SIGKILL) }
    }
}
