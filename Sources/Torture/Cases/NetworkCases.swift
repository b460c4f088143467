import LocalStack
import Loopback

/// The network between the fleet and a server fails for a while.
enum NetworkCases {
    static var all: [TortureCase] {
        StackServer.allCases.flatMap { server in
            [
                cut(server, .refusing, seconds: 5, "reset"),
                cut(server, .silent, seconds: 5, "silent"),
                cut(server, .silent, seconds: 60, "silent"),
                cut(server, .oneWay, seconds: 30, "one-way"),
                cut(server, .otherWay, seconds: 30, "other-way"),
            ]
        } + [cutOff]
    }

    private static func cut(
        _ server: StackServer,
        _ weather: FaultProxy.Weather,
        seconds: Int,
        _ word: String
    ) -> TortureCase {
        TortureCase(
            "network.\(server.rawValue).\(word).\(seconds)s",
            expected: "noticed, loaded once"
        ) { arena in
            arena.proxies[server]?.set(weather)
            try await Task.sleep(for: .seconds(seconds))
            arena.proxies[server]?.set(.fair)
        }
    }

    private static let cutOff = TortureCase("network.all.reset.10s") { arena in
        for proxy in arena.proxies.values { proxy.set(.refusing) }
        try await Task.sleep(for: .seconds(10))
        for proxy in arena.proxies.values { proxy.set(.fair) }
    }
}
