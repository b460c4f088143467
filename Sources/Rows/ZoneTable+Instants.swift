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
