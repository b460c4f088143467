import Pipelines
import Postgres
import Rows

/// The key maps that a table's references need, each dimension's once.
struct ReferenceMaps {
    let dimensions: [Dimension]
    /// In the order of the dimensions; `nil` where the map does not fit in memory.
    private let maps: [HeldKeyMap?]
    /// Whose midnights the days begin with that decide versions.
    let dayZone: String

    /// The maps for the rows of one task; those that do not fit are empty and incomplete.
    var keyMaps: KeyMaps {
        KeyMaps(
            maps.map { $0?.map ?? KeyMap() },
            incomplete: Set(maps.indices.filter { maps[$0] == nil })
        )
    }

    /// Those of a table without references.
    static let none = ReferenceMaps(dimensions: [], maps: [], dayZone: "UTC")

    /// Takes the maps from the process's cache, or loads those that fit in memory.
    static func load(_ references: [Reference], of attempt: Attempt) async throws -> ReferenceMaps {
        var dimensions: [Dimension] = []
        for reference in references
        where !dimensions.contains(where: { $0.name == reference.dimension }) {
            guard let dimension = attempt.pipeline.dimension(reference.dimension) else { continue }
            dimensions.append(dimension)
        }
        var maps: [HeldKeyMap?] = []
        for dimension in dimensions {
            maps.append(try await KeyMapQuery(dimension: dimension, attempt: attempt).map())
        }
        return ReferenceMaps(
            dimensions: dimensions,
            maps: maps,
            dayZone: attempt.pipeline.zone
        )
    }

    /// How a reference's key is found: typed and cleaned as the dimension's own key columns are.
    ///
    /// - Parameters:
    ///   - reference: the reference.
    ///   - attributes: those of the table that has it.
    ///   - asOf: the place in the layout of the time that decides the version.
    /// - Returns: the plan, whose `map` is a place in ``keyMaps``.
    func plan(_ reference: Reference, attributes: [Attribute], asOf: Int?) -> KeyPlan {
        let map = dimensions.firstIndex { $0.name == reference.dimension } ?? 0
        return KeyPlan(
            name: reference.name,
            map: map,
            parts: reference.keyParts(of: dimensions[map], among: attributes),
            missing: KeyPlan.Missing(reference.missing),
            asOf: dimensions[map].isVersioned ? asOf : nil
        )
    }
}

extension KeyPlan.Missing {
    fileprivate init(_ missing: MissingMember) {
        switch missing {
        case .reject: self = .reject
        case .unknown: self = .unknown
        case .infer: self = .infer
        }
    }
}
