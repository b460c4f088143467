import InFlight
import Ledger
import Planning
import Redis

/// What a command does with servers: its connections end with it, also when it fails.
extension Fleet {
    /// Does something with the ledger, as this fleet sees it.
    func withLedger<Value, Failure: Error>(
        _ body: (LedgerDesks) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let ledger = LedgerDesks(
            postgres,
            fleet: name,
            author: ActionAuthor(name: Requester.name, by: .commandLine)
        )
        return try await closing({ await ledger.close() }) { () async throws(Failure) in
            try await body(ledger)
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
