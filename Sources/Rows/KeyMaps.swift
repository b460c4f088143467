import Values

/// The key maps of a table's references, by their place in its layout.
///
/// Each has the members that its dimension has, and, apart, those that this task has inferred. The
/// former are shared between tasks and never changed; of a dimension whose map was not loaded, they
/// are those that have been asked for so far.
///
/// A member that this task has inferred is known to references that infer, and to no others: what
/// becomes of a row does not depend on the rows before it.
public struct KeyMaps: Sendable {
    private var known: [KeyMap]
    private var inferred: [KeyMap]
    private var complete: [Bool]

    /// Creates maps.
    ///
    /// - Parameters:
    ///   - bases: The members that the dimensions have.
    ///   - incomplete: The places of the maps that were not loaded: a key that they do not have may
    ///     be a member's all the same.
    public init(_ bases: [KeyMap] = [], incomplete: Set<Int> = []) {
        known = bases
        inferred = bases.map { _ in KeyMap() }
        complete = bases.indices.map { !incomplete.contains($0) }
    }

    /// The number of maps.
    public var count: Int { known.count }

    /// Whether a map has all members of its dimension.
    @inline(__always)
    public func isComplete(_ map: Int) -> Bool { complete[map] }

    /// Takes all members of a dimension whose map was not loaded before; this task has inferred none of it yet.
    public mutating func complete(_ map: Int, with members: KeyMap) {
        known[map] = members
        complete[map] = true
    }

    /// Adds a member that this task has inferred, or a version of one that came meanwhile.
    public mutating func insert(
        _ key: Span<UInt8>,
        surrogate: Int64,
        validFrom: Int64 = .min,
        map: Int
    ) {
        withView(of: key) {
            inferred[map].insert($0, surrogate: surrogate, validFrom: validFrom)
        }
    }

    /// Adds a version of a member that was asked for, unless this task has inferred that member.
    public mutating func learn(
        _ key: Span<UInt8>,
        surrogate: Int64,
        validFrom: Int64 = .min,
        map: Int
    ) {
        precondition(!complete[map], "a map that has all members has nothing to learn")
        withView(of: key) {
            guard inferred[map].lookup($0, asOf: .max) == nil else { return }
            known[map].insert($0, surrogate: surrogate, validFrom: validFrom)
        }
    }

    /// Forgets what an incomplete map has learned, once that takes more than `bytes`.
    public mutating func forget(over bytes: Int) {
        for map in known.indices where !complete[map] && known[map].memoryBytes > bytes {
            known[map] = KeyMap()
        }
    }

    /// The surrogate key of a business key in one of the maps.
    public func lookup(_ key: Span<UInt8>, asOf moment: Int64 = .max, map: Int) -> Int64? {
        withView(of: key) { lookup($0, asOf: moment, map: map, withInferred: true) }
    }

    @inline(__always)
    func lookup(_ key: ByteView, asOf moment: Int64, map: Int, withInferred: Bool) -> Int64? {
        if let found = known[map].lookup(key, asOf: moment) { return found }
        guard withInferred, inferred[map].count > 0 else { return nil }
        return inferred[map].lookup(key, asOf: moment)
    }
}
