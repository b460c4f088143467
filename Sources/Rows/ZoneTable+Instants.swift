/// From a zone's clock to instants and back, in whole seconds.
extension ZoneTable {
    /// What the clock shows at an instant.
    ///
    /// - Parameter instant: Seconds since 1970-01-01 UTC.
    /// - Returns: Seconds since 1970-01-01 00:00 on the clock.
    public func local(at instant: Int) -> Int { instant + offset(at: instant) }

    /// The instant at which the clock shows a local time first; of one that it skips, that at which it goes on.
    ///
    /// - Parameter local: Seconds since 1970-01-01 00:00 on the clock.
    /// - Returns: Seconds since 1970-01-01 UTC.
    public func firstInstant(of local: Int) -> Int {
        let segment = firstSegment(endingAfter: local)
        return max(local, segment.start) - segment.offset
    }

    /// The time that the clock shows when a day begins: midnight, unless times around it are skipped or shown twice and
    /// the rules that they are read by make them instants of the other day.
    ///
    /// - Parameters:
    ///   - day: The day, counted from 1970-01-01.
    ///   - gap: What a time is that the clock skips.
    ///   - overlap: What a time is that it shows twice.
    /// - Returns: The first time that is read as no earlier instant than that with which the day begins, in seconds since
    ///   1970-01-01 00:00 on the clock.
    public func startOfDay(_ day: Int, gap: LocalTimeRule, overlap: LocalTimeRule) -> Int {
        let midnight = day * 86_400
        let segment = firstSegment(endingAfter: midnight)
        if segment.start >= midnight,
            case .gap(let before, let after) = stretch(at: segment.start - 1)
        {
            switch gap {
            case .earlier: return segment.start
            case .later: return segment.start - (after - before)
            case .reject: return midnight
            }
        }
        guard overlap == .later, case .overlap = stretch(at: midnight) else { return midnight }
        return firstSegment(endingAfter: segment.end).shownFrom
    }

    /// The instant at which the clock shows a local time last: another one than the first where it is set back.
    ///
    /// - Parameter local: Seconds since 1970-01-01 00:00 on the clock.
    /// - Returns: Seconds since 1970-01-01 UTC.
    public func lastInstant(of local: Int) -> Int {
        guard case .overlap(_, let after) = stretch(at: local) else {
            return firstInstant(of: local)
        }
        return local - after
    }
}
