import Planning

extension Coordination {
    /// How long the load may rest; `nil` while there is something to do, or to expect soon.
    ///
    /// A paused load has nothing to do, nor has one whose tasks all wait for their next attempt. One whose
    /// tasks run, or wait for a worker, is watched, unless another load wants its place: then it may
    /// have it as soon as nothing has changed here for a while.
    func rest() async throws -> Duration? {
        guard let rule = settings.rest, let machine else { return nil }
        if machine.isPaused { return rule.paused }
        // Some are to be published as soon as there is room.
        guard !machine.isHeldBack else { return nil }
        let free = machine.inFlight.filter { orders.pause(of: $0) == nil }
        guard !free.isEmpty else { return rule.paused }
        if let wait = try await ports.ledger.timeToNextAttempt(ofLoad: load, tasks: free.sorted()),
            wait >= rule.shortestWait
        {
            return wait
        }
        let isInert = lastChange.duration(to: clock.now) >= rule.inertAfter
        return isInert && isPlaceWanted() ? rule.inert : nil
    }
}
