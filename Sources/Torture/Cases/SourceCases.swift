import Glibc
import Processes

/// Sources outside that break off, dawdle, lie, are busy or change.
enum SourceCases {
    static let all =
        places.flatMap { place, maker in
            [
                troubled("\(place).cut", maker) { $0.number(in: 0..<10) < 4 ? .cut : nil },
                troubled("\(place).slow", maker) { $0.number(in: 0..<10) < 5 ? .slow : nil },
                troubled("\(place).longer", maker) { $0.number(in: 0..<10) < 3 ? .longer : nil },
                troubled("\(place).shorter", maker) { $0.number(in: 0..<10) < 2 ? .shorter : nil },
                troubled("\(place).busy", maker) {
                    switch $0.number(in: 0..<10) {
                    case 0...1: .refusal(429)
                    case 2: .refusal(503)
                    default: nil
                    }
                },
                killed(place, maker),
            ]
        } + [changed]

    private static let places: [(String, Outside.Maker)] = [
        ("objects", ObjectShelf.sources), ("api", CallAPI.sources),
    ]

    /// Objects are written anew while they are read, and reads break off: what is read on is never another version.
    private static let changed = troubled("objects.change", ObjectShelf.sources) {
        switch $0.number(in: 0..<12) {
        case 0: .change
        case 1...4: .cut
        default: nil
        }
    }

    private static func troubled(
        _ name: String,
        _ outside: Outside.Maker,
        _ trouble: @escaping @Sendable (Luck) -> TroubledServer.Trouble?
    ) -> TortureCase {
        TortureCase("source.\(name)", outside: outside) { arena in
            let (server, luck) = (try arena.server(TroubledServer.self), arena.luck)
            server.behave { trouble(luck) }
            try await arena.wait(within: .seconds(180), for: "that the source made trouble") {
                server.troubleCount > 15
            }
            server.behave()
        }
    }

    /// `kill -9` of workers in the midst of reading.
    private static func killed(_ place: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("source.\(place).kill", outside: outside) { arena in
            let server = try arena.server(TroubledServer.self)
            server.behave { .slow }
            for _ in 0..<5 {
                try await arena.waitForNextRequest { server.requestCount }
                await arena.killWorkers()
            }
            server.behave()
        }
    }
}

extension Arena {
    /// Waits until somebody outside is asked.
    func waitForNextRequest(_ count: () async throws -> Int) async throws {
        let seen = try await count()
        try await wait(within: .seconds(120), for: "a request") {
            (try? await count()) ?? 0 > seen
        }
    }

    /// Kills workers, but not always all.
    func killWorkers() async {
        for worker in await crew.living(.worker) where luck.number(in: 0..<3) > 0 {
            worker.send(SIGKILL)
        }
    }
}
