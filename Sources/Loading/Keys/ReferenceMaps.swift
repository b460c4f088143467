import Pipelines
import Postgres
import Rows

/// The key maps that a table's references need, each dimension's once.
struct ReferenceMaps {
    let dimensions: [Dimension]
    /// In the order of the dimensions; `nil` where the map does not fit in memory.
    private let maps: [HeldKeyMap?]

    /// The maps for the rows of one task; those that do not fit are empty and incomplete.
    var keyMaps: KeyMaps {
        KeyMaps(
            maps.map { $0?.map ?? KeyMap() },
            incomplete: Set(maps.indices.filter { maps[$0] == nil })
        )
    }

    /// Those of a table without references.
    static let none = ReferenceMaps(dimensions: [], maps: [])

    /// Takes the maps from the process's cache, or loads those that fit in memory.
    static func load(
        _ dimensions: [Dimension],
        of attempt: Attempt
    ) async throws -> ReferenceMaps {
        var maps: [HeldKeyMap?] = []
        for dimension in dimensions {
            maps.append(try await KeyMapQuery(dimension: dimension, attempt: attempt).map())
        }
        return ReferenceMaps(dimensions: dimensions, maps: maps)
    }
}
