/// When a published task that shows no life is published again.
///
/// An idle task's message may be lost, or wait its turn in a long queue, and nobody can tell which.
/// So every further message of a task comes after twice the time of the one before: a lost message
/// costs half a minute, and an hour in a queue costs seven useless messages, not a hundred and twenty.
struct RepublishSchedule: Sendable {
    private struct Entry {
        var times: Int
        var next: Duration
    }

    private let idleAge: Duration
    private var entries: [Int: Entry] = [:]
    private static let mostDoublings = 6

    init(idleAge: Duration) {
        self.idleAge = idleAge
    }

    /// Of the tasks that are `idle`, those to publish again at `now`, which counts from any fixed
    /// moment.
    func due(_ idle: [Int], now: Duration) -> [Int] {
        idle.filter { task in entries[task].map { $0.next <= now } ?? true }
    }

    /// Notes that `tasks` were published again at `now`.
    mutating func note(_ tasks: [Int], now: Duration) {
        for task in tasks {
            let times = (entries[task]?.times ?? 0) + 1
            let pause = idleAge * (1 << min(times, Self.mostDoublings))
            entries[task] = Entry(times: times, next: now + pause)
        }
    }

    /// Forgets tasks that are not in flight any more.
    mutating func keep(_ inFlight: Set<Int>) {
        entries = entries.filter { inFlight.contains($0.key) }
    }
}
