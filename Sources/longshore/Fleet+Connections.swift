import InFlight
import Ledger
import Planning
import Redis

/// What a command does with servers: its connections end with it, also when it fails.
extension Fleet {
    /// Does something with the ledger, as this fleet sees it: it is made where there is none.
    ///
    /// Where it `upgrades`, an older ledger is brought up to date; else it is refused.
    func withLedger<Value, Failure: Error>(
        upgrades: Bool = true,
        _ body: (LedgerDesks) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let ledger = LedgerDesks(
            postgres,
            fleet: name,
            author: ActionAuthor(name: Requester.name, by: .commandLine),
            upgrades: upgrades
        )
        return try await closing({ await ledger.close() }) { () async throws(Failure) in
            try await body(ledger)
        }
    }

    /// Looks at the ledger, which is neither made nor brought up to date for it.
    ///
    /// - Parameters:
    ///   - body: Asks it.
    ///   - nothing: Answers where there is none yet, as of a ledger in which nothing is.
    /// - Returns: What they return.
    /// - Throws: What they throw; `LedgerError` where the ledger is older, `NewerLedger` where it is newer; `PostgresError`.
    func readingLedger<Value>(
        _ body: (LedgerDesks) async throws -> Value,
        whereNone nothing: () async throws -> Value
    ) async throws -> Value {
        let ledger = LedgerDesks.reading(postgres, fleet: name)
        return try await closing({ await ledger.close() }) {
            do {
                try await ledger.open()
            } catch let error as LedgerError where error.code == .missingLedger {
                return try await nothing()
            }
            return try await body(ledger)
        }
    }

    /// Does something with what this fleet keeps in Redis.
    func withInFlight<Value, Failure: Error>(
        of identity: FleetIdentity,
        _ body: (RedisInFlightStore) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let redis = RedisClient(self.redis)
        let store = RedisInFlightStore(client: redis, fleet: identity, logger: logger)
        return try await closing({ await redis.close() }) { () async throws(Failure) in
            try await body(store)
        }
    }

    /// Does something with the connections of an actor of the fleet.
    ///
    /// - Throws: what `body` throws; the broker's error where it cannot be connected.
    func withWiring(
        as membership: FleetMembership,
        pools: [String] = ["default"],
        _ body: (Wiring) async throws -> Void
    ) async throws {
        let wiring = try await Wiring(self, as: membership, pools: pools)
        try await closing({ await wiring.close() }) { try await body(wiring) }
    }
}

/// Does something, then closes what it was done with: also when it fails.
func closing<Value, Failure: Error>(
    _ close: () async -> Void,
    after body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    do {
        let value = try await body()
        await close()
        return value
    } catch {
        await close()
        throw error
    }
}
