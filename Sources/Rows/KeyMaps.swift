/// The key maps of a table's references, by their place in its layout.
///
/// Each is a base, shared between tasks and never changed, and an overlay of the members that this
/// task has inferred.
public struct KeyMaps: Sendable {
    private let bases: [KeyMap]
    private var overlays: [KeyMap]

    /// Creates maps from their bases.
    public init(_ bases: [KeyMap] = []) {
        self.bases = bases
        overlays = bases.map { _ in KeyMap() }
    }

    /// The number of maps.
    public var count: Int { bases.count }

    /// Adds a member that this task has inferred, or a version of one that came meanwhile.
    public mutating func insert(
        _ key: Span<UInt8>,
        surrogate: Int64,
        validFrom: Int64 = .min,
        map: Int
    ) {
        withView(of: key) {
            overlays[map].insert($0, surrogate: surrogate, validFrom: validFrom)
        }
    }

    /// The surrogate key of a business key in one of the maps.
    public func lookup(_ key: Span<UInt8>, asOf moment: Int64 = .max, map: Int) -> Int64? {
        withView(of: key) { lookup($0, asOf: moment, map: map) }
    }

    @inline(__always)
    func lookup(_ key: ByteView, asOf moment: Int64, map: Int) -> Int64? {
        if let found = bases[map].lookup(key, asOf: moment) { return found }
        guard overlays[map].count > 0 else { return nil }
        return overlays[map].lookup(key, asOf: moment)
    }
}
