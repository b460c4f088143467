/// A regular expression, taken apart.
indirect enum PatternTree: Sendable {
    /// One scalar of a set.
    case one(ScalarSet)
    /// A place between scalars.
    case place(PatternPlace)
    case sequence([PatternTree])
    case choice([PatternTree])
    /// Several times, one after the other; with `most` left out, any number of them.
    case repeated(PatternTree, least: Int, most: Int?)

    /// The largest size of a pattern.
    static let largest = 10_000

    /// How many steps its program has at most; counted repetitions multiply.
    var size: Int {
        switch self {
        case .one, .place: return 1
        case .sequence(let parts): return Self.sum(parts)
        case .choice(let parts): return Self.sum(parts) + 2 * (parts.count - 1)
        case .repeated(let part, let least, let most):
            // A part that takes nothing is written as often, too.
            let once = max(part.size, 1)
            let optional = most.map { Self.product(once + 1, $0 - least) } ?? once + 2
            return min(Self.product(once, least) + optional, Self.beyond)
        }
    }

    /// What stands for every size that is larger: sums of it do not overflow.
    private static let beyond = 1 << 40

    private static func product(_ size: Int, _ count: Int) -> Int {
        let (product, isTooLarge) = size.multipliedReportingOverflow(by: count)
        return isTooLarge ? beyond : min(product, beyond)
    }

    private static func sum(_ parts: [PatternTree]) -> Int {
        parts.reduce(0) { min($0 + $1.size, beyond) }
    }
}

/// A place between scalars that a pattern asks for.
enum PatternPlace: BitwiseCopyable {
    case start
    case end
    /// The end, or before the line end that is the last scalar.
    case lastLineEnd
    case lineStart
    case lineEnd
    case wordEdge
    case noWordEdge
}
