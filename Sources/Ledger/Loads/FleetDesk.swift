public import Planning
import Postgres

/// What is asked of a fleet: who it is, who of it lives, and figures for monitoring.
public struct FleetDesk: Sendable {
    let client: PostgresClient
    /// The fleet's name.
    let fleet: String

    /// Which fleet of which warehouse this is: queues and keys carry it.
    public func identity() async throws -> FleetIdentity {
        let rows = try await client.query("select id from longshore.warehouse")
        return FleetIdentity(name: fleet, warehouse: try rows.first?.text("id") ?? "")
    }

    /// Which fleet of which warehouse this is, and what its messages are signed with.
    ///
    /// - Throws: `PostgresError`, also when this login may not read the key, as readers may not.
    public func membership() async throws -> FleetMembership {
        FleetMembership(
            identity: try await identity(),
            key: try MessageKey(await client.query(MessageKey.query))
        )
    }
}
