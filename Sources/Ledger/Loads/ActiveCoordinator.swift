import Planning
import Postgres

/// A coordinator that lives, and the loads whose leases it holds.
public struct ActiveCoordinator: Sendable, Codable, Hashable {
    /// Its name: host, process and a random part.
    public var name: String
    /// The loads that it coordinates, oldest first.
    public var loads: [Int64]
    /// How many it takes at most; `nil` of a `longshore load`, which has one of its own.
    public var places: Int?
    /// The version of its program; `nil` of a `longshore load`, and of one that does not tell.
    public var version: String?
}

extension FleetDesk {
    /// Who of the fleet coordinates loads now, or waits for some, by name.
    public func coordinators() async throws -> [ActiveCoordinator] {
        let rows = try await client.query(
            """
            select coalesce(h.coordinator, c.name) as name, h.loads, c.places, c.version
            from (select l.coordinator, string_agg(l.id::text, ' ' order by l.id) as loads
                from longshore.load l
                where l.state = \(LoadState.running) and l.coordinator is not null
                    and \(LoadTable.isHeld) and \(LoadTable.isOf(fleet))
                group by l.coordinator) h
            full join (select name, places, version from longshore.coordinator
                where seen_at > clock_timestamp() - \(Self.longestSilence)
                    and coalesce(fleet, \(fleet)) = \(fleet)) c
                on c.name = h.coordinator
            order by 1
            """
        )
        return try rows.map { row in
            ActiveCoordinator(
                name: try row.text("name"),
                loads: try row.optionalText("loads")?.split(separator: " ")
                    .compactMap { Int64($0) } ?? [],
                places: try row.optionalInteger("places"),
                version: try row.optionalText("version")
            )
        }
    }
}
