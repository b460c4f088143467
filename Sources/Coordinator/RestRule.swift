/// When a coordinator lets go of a load for which there is nothing to do, so that another load gets its
/// place.
///
/// The load rests then. An event of one of its tasks, or an order of people, ends that at once; the times
/// say when a coordinator looks all the same, because events are only hints.
public struct RestRule: Sendable, Hashable {
    /// How long a paused load rests.
    public var paused: Duration
    /// The shortest wait for the next attempt at failed tasks that is worth letting go.
    public var shortestWait: Duration
    /// For how long nothing may have changed in a load before its place is given to one that waits for it.
    public var inertAfter: Duration
    /// How long a load rests whose place was given to another.
    public var inert: Duration

    /// Creates a rule; every default is the one of production.
    public init(
        paused: Duration = .seconds(120),
        shortestWait: Duration = .seconds(5),
        inertAfter: Duration = .seconds(10),
        inert: Duration = .seconds(30)
    ) {
        self.paused = paused
        self.shortestWait = shortestWait
        self.inertAfter = inertAfter
        self.inert = inert
    }
}
