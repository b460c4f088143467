import Foundation
import Glibc
import Planning
import Postgres
import Processes

/// Workers that die, freeze, are told to stop, or have a wrong clock.
enum WorkerCases {
    static var all: [TortureCase] {
        kills + freezes + [rollingUpdate, killedOften] + wrongClock
    }

    /// `kill -9` at each of the fourteen kill points, three times each: early, later, and late.
    private static var kills: [TortureCase] {
        Step.allCases.flatMap { step in
            [1, 4, 8]
                .map { nth in
                    TortureCase(
                        "worker.kill.\(step.rawValue).\(nth)",
                        fault: ["FAULT_AT": "\(step.rawValue):\(nth):kill"]
                    ) { arena in
                        try await arena.wait(within: .seconds(90), for: "the worker's death") {
                            await arena.crew.killed(.worker) > 0
                        }
                    }
                }
        }
    }

    /// SIGSTOP past the lease and the heartbeat, while another attempt runs, then SIGCONT.
    private static var freezes: [TortureCase] {
        [Step.claimed, .copying, .recorded, .committed]
            .map { step in
                TortureCase(
                    "worker.freeze.\(step.rawValue)",
                    expected: "one of two attempts commits",
                    fault: ["FAULT_AT": "\(step.rawValue):2:stop"]
                ) { arena in
                    try await arena.wait(within: .seconds(90), for: "the worker's sleep") {
                        await arena.crew.living(.worker).contains(where: \.isStopped)
                    }
                    try await Task.sleep(for: .seconds(50))
                    for worker in await arena.crew.living(.worker) { worker.send(SIGCONT) }
                }
            }
    }

    private static let rollingUpdate = TortureCase(
        "worker.rolling-update",
        expected: "exit 0, nothing repeated in vain"
    ) { arena in
        for worker in await arena.crew.living(.worker) {
            worker.send(SIGTERM)
            let end = await worker.end()
            guard end == .exited(0) else {
                throw TortureError(what: "a worker ended with \(end) after SIGTERM")
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        let failures = await arena.tryToAsk(
            "select count(*) from longshore.attempt where code is not null"
        )
        guard failures == ["0"] else {
            throw TortureError(what: "SIGTERM burned attempts: \(failures ?? [])")
        }
    }

    private static let killedOften = TortureCase("worker.kill.often") { arena in
        try await arena.repeatedly(for: .seconds(12), everyMilliseconds: 200..<1500) {
            let workers = await arena.crew.living(.worker)
            guard !workers.isEmpty else { return }
            workers[arena.luck.number(in: 0..<workers.count)].send(SIGKILL)
        }
    }

    /// A day ahead, on one worker only; needs Debian's `libfaketime`.
    private static var wrongClock: [TortureCase] {
        let libraries = ["x86_64", "aarch64"]
            .map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        guard let library = libraries.first(where: FileManager.default.fileExists(atPath:))
        else { return [] }
        return ["+1d", "-1h"]
            .map { skew in
                TortureCase(
                    "worker.clock.\(skew)",
                    fault: [
                        "LD_PRELOAD": library, "FAKETIME": skew,
                        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                    ]
                ) { arena in
                    guard await arena.crew.deaths == 0 else {
                        throw TortureError(what: "the worker died of its clock")
                    }
                }
            }
    }
}
