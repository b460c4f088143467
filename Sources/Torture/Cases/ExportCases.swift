import Glibc
import Processes

/// Deliverers that die or freeze, and a target that wants no more for now.
enum ExportCases {
    static let all = [killed, throttled, frozen]

    /// `kill -9` of workers while the API takes its time for an answer: the row may be there, or not.
    private static let killed = TortureCase("export.kill", exports: true) { arena in
        let api = try arena.api
        api.behave(delay: .milliseconds(80))
        for _ in 0..<5 {
            try await nextRequest(of: api, in: arena)
            for worker in await arena.crew.living(.worker) where arena.luck.number(in: 0..<3) > 0 {
                worker.send(SIGKILL)
            }
        }
        api.behave()
    }

    /// 429 and 503, at random, with `Retry-After`.
    private static let throttled = TortureCase(
        "export.throttled",
        expected: "delivered later",
        exports: true
    ) { arena in
        let api = try arena.api
        let luck = arena.luck
        api.behave(delay: .milliseconds(20)) {
            switch luck.number(in: 0..<10) {
            case 0...2: 429
            case 3: 503
            default: nil
            }
        }
        try await arena.wait(within: .seconds(120), for: "that the API has refused rows") {
            api.refusalCount > 8
        }
        api.behave()
    }

    /// SIGSTOP past lease and heartbeat in the midst of deliveries, then SIGCONT.
    private static let frozen = TortureCase("export.freeze", exports: true) { arena in
        let api = try arena.api
        api.behave(delay: .milliseconds(80))
        try await nextRequest(of: api, in: arena)
        let workers = await arena.crew.living(.worker)
        for worker in workers { worker.send(SIGSTOP) }
        try await arena.crew.add(.worker)
        try await Task.sleep(for: .seconds(50))
        for worker in workers { worker.send(SIGCONT) }
        api.behave()
    }

    private static func nextRequest(of api: ExportedAPI, in arena: Arena) async throws {
        let seen = api.requestCount
        try await arena.wait(within: .seconds(120), for: "a delivery") {
            api.requestCount > seen
        }
    }
}

extension Arena {
    /// The API that the case's export tells of rows.
    var api: ExportedAPI {
        get throws {
            guard let exporting else { throw TortureError(what: "the case has no export") }
            return exporting.api
        }
    }
}
