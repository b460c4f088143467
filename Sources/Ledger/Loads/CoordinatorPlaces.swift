public import Planning
import Postgres

/// Whether there is room for loads: the coordinators that live, and the loads that they do not hold.
public struct CoordinatorPlaces: Sendable, Hashable {
    /// The coordinators that were seen in the last seconds, by name.
    public var coordinators: [CoordinatorPresence]
    /// Running loads that somebody coordinates.
    public var held: Int
    /// Running loads that wait for a coordinator with a free place.
    public var waiting: Int
    /// Running loads that need none now: they are paused, or wait for something.
    public var resting: Int

    /// Whether somebody lives and nobody has a free place.
    public var areAllTaken: Bool {
        !coordinators.isEmpty && coordinators.allSatisfy { $0.taken >= $0.places }
    }
}

extension PostgresLedger {
    /// Whom nobody has seen for so long is gone; coordinators are seen every two seconds.
    static let longestSilence: SQL = "interval '15 seconds'"

    /// Notes that a coordinator lives; forgets those that ended without a word.
    public func note(_ presence: CoordinatorPresence) async throws {
        try await query(
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
        try await query("delete from longshore.coordinator where name = \(name)")
    }

    /// The coordinators of the fleet and the room that they have, and its loads.
    public func places() async throws -> CoordinatorPlaces {
        let coordinators = try await query(
            """
            select name, places, taken, version from longshore.coordinator
            where seen_at > clock_timestamp() - \(Self.longestSilence) and coalesce(fleet, \(fleet)) = \(fleet)
            order by name
            """
        )
        let loads = try await query(
            """
            select count(*) filter (where lease_until > clock_timestamp()) as held,
                count(*) filter (where rests_until > clock_timestamp()
                    and (lease_until > clock_timestamp()) is not true) as resting,
                count(*) as running
            from longshore.load where state = 'running' and coalesce(fleet, \(fleet)) = \(fleet)
            """
        )
        let count = { (name: String) in try loads.first.map { try $0.integer(name) } ?? 0 }
        let (held, resting) = (try count("held"), try count("resting"))
        return CoordinatorPlaces(
            coordinators: try coordinators.map { row in
                CoordinatorPresence(
                    name: try row.text("name"),
                    places: try row.integer("places"),
                    taken: try row.integer("taken"),
                    version: try row.optionalText("version")
                )
            },
            held: held,
            waiting: try count("running") - held - resting,
            resting: resting
        )
    }
}
