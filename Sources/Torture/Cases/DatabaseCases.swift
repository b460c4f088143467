import Loopback

/// Databases that facts are read from: cut off in the midst of rows, slow, restarted, changed meanwhile.
enum DatabaseCases {
    static var all: [TortureCase] {
        places.flatMap { place, maker in
            [
                cut(place, maker), slow(place, maker), restarted(place, maker),
                changed(place, maker), killed(place, maker),
            ]
        }
    }

    private static var places: [(String, Outside.Maker)] {
        // MariaDB needs Debian's `mariadb-server`.
        [("postgres", PostgresCalls.sources), ("mongodb", MongoCalls.sources)]
            + (MariaDBCalls.isPossible ? [("mariadb", MariaDBCalls.sources)] : [])
    }

    /// What a month's rows have of bytes at least, and at most.
    private static let sizes = 20_000..<3_000_000

    /// Connections break in the midst of rows.
    private static func cut(_ place: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("source.\(place).cut", outside: outside) { arena in
            let database = try arena.server((any CallDatabase).self)
            try await arena.breakConnections(of: database.network, sizes, times: 12)
        }
    }

    /// Rows come slowly, for a while.
    private static func slow(_ place: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("source.\(place).slow", outside: outside) { arena in
            let network = try arena.server((any CallDatabase).self).network
            network.set(.slow)
            for _ in 0..<30 { try await arena.waitForRows(of: network) }
            network.set(.fair)
        }
    }

    /// The server crashes in the midst of rows, three times.
    private static func restarted(_ place: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase(
            "source.\(place).restart",
            isExclusive: place == "postgres",
            outside: outside
        ) { arena in
            let database = try arena.server((any CallDatabase).self)
            for _ in 0..<3 {
                database.network.set(.slow)
                try await arena.waitForRows(of: database.network)
                try await database.restart()
            }
            database.network.set(.fair)
        }
    }

    /// All rows are written anew while they are read, and connections break meanwhile.
    private static func changed(_ place: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("source.\(place).change", outside: outside) { arena in
            let database = try arena.server((any CallDatabase).self)
            for _ in 0..<4 {
                database.network.set(.slow)
                for _ in 0..<2 {
                    try await arena.waitForRows(of: database.network)
                    try await database.change()
                }
                try await arena.breakConnections(of: database.network, sizes, times: 1)
            }
        }
    }

    /// `kill -9` of workers in the midst of reading.
    private static func killed(_ place: String, _ outside: Outside.Maker) -> TortureCase {
        TortureCase("source.\(place).kill", outside: outside) { arena in
            let network = try arena.server((any CallDatabase).self).network
            network.set(.slow)
            for _ in 0..<5 {
                try await arena.waitForRows(of: network)
                await arena.killWorkers()
            }
            network.set(.fair)
        }
    }
}

extension Arena {
    /// Waits until some rows more have come over a network.
    func waitForRows(of network: FaultProxy) async throws {
        let seen = network.passedBytes
        try await wait(within: .seconds(120), for: "rows") { network.passedBytes > seen + 100_000 }
    }

    /// Ends connections when the server has sent as many bytes as luck says, a number of times; then the network is fair.
    func breakConnections(of network: FaultProxy, _ sizes: Range<Int>, times: Int) async throws {
        let wanted = network.breakCount + times
        try await wait(within: .seconds(180), for: "that connections broke") {
            let seen = network.breakCount
            network.set(.breaking(after: luck.number(in: sizes)))
            // Where nobody is sent so many bytes, another number is tried.
            try? await wait(within: .seconds(3), for: "a break") { network.breakCount > seen }
            return network.breakCount >= wanted
        }
        network.set(.fair)
    }
}
