public import Planning
import Postgres

/// The coordinators that live, as they say themselves.
extension PostgresLedger {
    /// Notes that a coordinator lives; forgets those that ended without a word.
    public func note(_ presence: CoordinatorPresence) async throws {
        try await client.query(
            """
            with gone as (
                delete from longshore.coordinator
                where seen_at < clock_timestamp() - interval '1 hour' and name <> \(presence.name))
            insert into longshore.coordinator (name, places, taken, fleet, version)
            values (\(presence.name), \(presence.places), \(presence.taken), \(fleet), \(presence.version))
            on conflict (name) do update set places = excluded.places, taken = excluded.taken,
                seen_at = clock_timestamp()
            """
        )
    }

    /// Notes that a coordinator ends.
    public func forget(coordinator name: String) async throws {
        try await client.query("delete from longshore.coordinator where name = \(name)")
    }
}
