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

extension FleetDesk {
    /// Whom nobody has seen for so long is gone; coordinators are seen every two seconds.
    static let longestSilence: SQL = "interval '15 seconds'"

    /// The coordinators of the fleet and the room that they have, and its loads.
    public func places() async throws -> CoordinatorPlaces {
        let coordinators = try await client.query(
            """
            select name, places, taken, version from longshore.coordinator
            where seen_at > clock_timestamp() - \(Self.longestSilence) and coalesce(fleet, \(fleet)) = \(fleet)
            order by name
            """
        )
        let loads = try await client.query(
            """
            select count(*) filter (where \(LoadTable.isHeld)) as held,
                count(*) filter (where l.rests_until > clock_timestamp()
                    and (\(LoadTable.isHeld)) is not true) as resting,
                count(*) as running
            from longshore.load l where l.state = \(LoadState.running) and \(LoadTable.isOf(fleet))
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
