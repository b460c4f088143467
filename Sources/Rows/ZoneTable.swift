import Values

/// When a zone's clocks are how far from UTC: what turns a local time into an instant.
///
/// A local time that clocks skip (a gap) has no instant, and one that they show twice (an overlap)
/// has two; what becomes of them is for ``ReadingRules`` to say.
public struct ZoneTable: Sendable {
    /// The zone's IANA name.
    public let name: String
    /// Stretches of local time with one offset, in order, without overlaps.
    private let segments: [Segment]

    /// A stretch of local time with one offset.
    struct Segment: BitwiseCopyable {
        /// Its first second, counted from 1970-01-01 00:00 on the zone's own clock.
        var start: Int
        /// The first second after it.
        var end: Int
        /// Seconds east of UTC.
        var offset: Int
        /// The first second that the clock shows with this offset: before `start` when clocks were set
        /// back.
        var shownFrom = Int.min / 2

        /// The stretch that holds nothing.
        static let none = Segment(start: 0, end: 0, offset: 0)
    }

    /// A moment from which on an offset holds.
    struct Transition {
        var second: Int
        var offset: Int
    }

    /// Coordinated universal time, which needs no file.
    public static let utc = ZoneTable(name: "UTC", initialOffset: 0, transitions: [])

    /// Whether its clocks never show anything else than UTC.
    public var isUTC: Bool { segments.allSatisfy { $0.offset == 0 } }

    init(name: String, initialOffset: Int, transitions: [Transition]) {
        self.name = name
        var segments: [Segment] = []
        var offset = initialOffset
        var start = Int.min / 2
        var shownFrom = start
        for transition in transitions {
            let end = transition.second + offset
            if end > start {
                segments.append(
                    Segment(start: start, end: end, offset: offset, shownFrom: shownFrom)
                )
            }
            shownFrom = transition.second + transition.offset
            start = max(shownFrom, end)
            offset = transition.offset
        }
        segments.append(
            Segment(start: start, end: Int.max / 2, offset: offset, shownFrom: shownFrom)
        )
        self.segments = segments
    }

    /// The start of a day (counted from 1970-01-01) in microseconds since 2000-01-01 UTC.
    ///
    /// When clocks skip its midnight, the day begins where the gap ends.
    public func startOfDay(_ day: Int) -> Int64 {
        let local = day * 86_400
        let segment = firstSegment(endingAfter: local)
        let second = max(local, segment.start) - segment.offset
        return Int64(second - PostgresEpoch.second) * 1_000_000
    }

    /// A day's midnight (counted from 1970-01-01) as Postgres reads `date::timestamp at time zone`, in
    /// microseconds since 2000-01-01 UTC.
    ///
    /// One that clocks skip is read with the offset before, of one that they show twice it is the second.
    public func midnight(_ day: Int) -> Int64 {
        let local = day * 86_400
        let offset =
            switch stretch(at: local) {
            case .single(let segment): segment.offset
            case .gap(let before, _): before
            case .overlap(_, let after): after
            }
        return Int64(local - offset - PostgresEpoch.second) * 1_000_000
    }

    /// What a local time is: shown once, never or twice.
    enum Stretch {
        /// Shown once; so are all times of the stretch.
        case single(Segment)
        /// Skipped; the offsets before and after the change.
        case gap(before: Int, after: Int)
        /// Shown twice; the offsets before and after the change.
        case overlap(before: Int, after: Int)
    }

    /// What the local time `local` is.
    func stretch(at local: Int) -> Stretch {
        let index = firstIndex(endingAfter: local)
        var segment = segments[index]
        if local < segment.start {
            let before = segments[max(index - 1, 0)]
            return .gap(before: before.offset, after: segment.offset)
        }
        guard index + 1 < segments.count else { return .single(segment) }
        let next = segments[index + 1]
        if local >= next.shownFrom {
            return .overlap(before: segment.offset, after: next.offset)
        }
        segment.end = min(segment.end, next.shownFrom)
        return .single(segment)
    }

    /// Seconds east of UTC at an instant, in seconds since 1970-01-01 UTC.
    func offset(at instant: Int) -> Int {
        segments[firstIndex { $0.end - $0.offset > instant }].offset
    }

    func firstSegment(endingAfter local: Int) -> Segment {
        segments[firstIndex(endingAfter: local)]
    }

    private func firstIndex(endingAfter local: Int) -> Int {
        firstIndex { $0.end > local }
    }

    /// The first segment for which `isBeyond` holds, as it does for all after it.
    @inline(__always)
    private func firstIndex(where isBeyond: (Segment) -> Bool) -> Int {
        var low = 0
        var high = segments.count - 1
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(segments[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
