import Planning
import Postgres

/// A coordinator that lives, and what it coordinates.
public struct CoordinatorStanding: Sendable, Codable, Hashable {
    /// Its name: host, process and a random part.
    public var name: String
    /// The version of its program; `nil` of a load in the foreground, and of one that does not tell.
    public var version: String?
    /// How many loads it coordinates at most at a time; `nil` of a load in the foreground.
    public var places: Int?
    /// The loads that it coordinates, oldest first.
    public var loads: [Int64]
}

extension PostgresLedger {
    /// The coordinators of the fleet, by name: those that were seen in the last seconds, and whoever
    /// else holds the lease of a load.
    public func coordinators() async throws -> [CoordinatorStanding] {
        let rows = try await query(
            """
            select coalesce(c.name, l.coordinator) as name, c.version, c.places,
                coalesce(l.loads, '') as loads
            from (select name, version, places from longshore.coordinator
                where seen_at > clock_timestamp() - \(Self.longestSilence)
                    and coalesce(fleet, $1) = $1) c
            full join (
                select coordinator, string_agg(id::text, ' ' order by id) as loads
                from longshore.load
                where state = 'running' and coordinator is not null
                    and lease_until > clock_timestamp() and coalesce(fleet, $1) = $1
                group by coordinator) l on l.coordinator = c.name
            order by 1
            """,
            [.text(fleet)]
        )
        return try rows.map { row in
            CoordinatorStanding(
                name: try row.text("name"),
                version: try row.optionalText("version"),
                places: try row.optionalInteger("places"),
                loads: try row.text("loads").split(separator: " ").compactMap { Int64($0) }
            )
        }
    }
}
