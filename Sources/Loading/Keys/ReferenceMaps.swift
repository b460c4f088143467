import Pipelines
import Postgres
import Rows

/// The key maps that a table's references need, each dimension's once.
struct ReferenceMaps {
    let dimensions: [Dimension]
    /// In the order of the dimensions; `nil` where the map was not loaded.
    private var maps: [HeldKeyMap?]
    /// Those that are loaded when there are many rows, by their place.
    private var postponed: Set<Int> = []

    /// The maps for the rows of one task; those that were not loaded are empty and incomplete.
    var keyMaps: KeyMaps {
        KeyMaps(
            maps.map { $0?.map ?? KeyMap() },
            incomplete: Set(maps.indices.filter { maps[$0] == nil })
        )
    }

    /// Those of a table without references.
    static let none = ReferenceMaps(dimensions: [])

    private init(dimensions: [Dimension]) {
        self.dimensions = dimensions
        maps = dimensions.map { _ in nil }
    }

    /// Takes the maps from the process's cache, or loads those that fit in memory, but for large ones of which not
    /// many keys were asked for yet: a few rows are no reason to read millions of members.
    static func load(
        _ dimensions: [Dimension],
        of attempt: Attempt
    ) async throws -> ReferenceMaps {
        var references = ReferenceMaps(dimensions: dimensions)
        for (place, dimension) in dimensions.enumerated() {
            let query = KeyMapQuery(dimension: dimension, attempt: attempt)
            if try await query.isWorthLoading() {
                references.maps[place] = try await query.map()
            } else {
                references.postponed.insert(place)
            }
        }
        return references
    }

    /// Loads a map that was postponed, now that there are many rows.
    ///
    /// - Returns: The map; `nil` where it was not postponed, or does not fit in memory.
    mutating func loadPostponed(_ place: Int, of attempt: Attempt) async throws -> KeyMap? {
        guard postponed.remove(place) != nil else { return nil }
        maps[place] = try await KeyMapQuery(dimension: dimensions[place], attempt: attempt).map()
        return maps[place]?.map
    }
}
