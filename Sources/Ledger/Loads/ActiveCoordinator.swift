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

extension PostgresLedger {
    /// Who of the fleet coordinates loads now, or waits for some, by name.
    public func coordinators() async throws -> [ActiveCoordinator] {
        let rows = try await query(
            """
            select coalesce(l.coordinator, c.name) as name, l.loads, c.places, c.version
            from (select coordinator, string_agg(id::text, ' ' order by id) as loads
                from longshore.load
                where state = 'running' and coordinator is not null
                    and lease_until > clock_timestamp() and coalesce(fleet, \(fleet)) = \(fleet)
                group by coordinator) l
            full join (select name, places, version from longshore.coordinator
                where seen_at > clock_timestamp() - \(Self.longestSilence)
                    and coalesce(fleet, \(fleet)) = \(fleet)) c
                on c.name = l.coordinator
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
