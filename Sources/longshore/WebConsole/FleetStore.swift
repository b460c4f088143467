import InFlight
import Ledger
import Planning
import Redis

/// What a fleet keeps in Redis, connected when it is first asked for: the ledger says which fleet it is, and may not answer
/// at first.
actor FleetStore {
    private let fleet: Fleet
    private let ledger: LedgerDesks
    private let client: RedisClient
    private var known: (store: RedisInFlightStore, identity: FleetIdentity)?

    init(_ fleet: Fleet, _ ledger: LedgerDesks) {
        self.fleet = fleet
        self.ledger = ledger
        client = RedisClient(fleet.redis)
    }

    /// - Throws: `PostgresError` when the ledger does not say which fleet it is.
    func open() async throws -> (store: RedisInFlightStore, identity: FleetIdentity) {
        if let known { return known }
        let identity = try await ledger.fleet.identity()
        let opened = (
            store: RedisInFlightStore(client: client, fleet: identity, logger: fleet.logger),
            identity: identity
        )
        known = opened
        return opened
    }

    func close() async { await client.close() }
}
