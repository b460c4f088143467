/// The clients: numbered in the order in which their accounts were opened, so that who was a client
/// on a day is known without a list.
struct Clientele: Sendable {
    /// How many `clients.csv.gz` holds.
    let count: Int
    /// Clients that are called but not exported yet, by number.
    private(set) var inferred: Set<Int> = []

    private let seed: UInt64
    private let start = CallCenterSample.firstMonth.first
    private let days: Int
    /// How many there were before the first call.
    private let early: Int
    private let strangers: Int

    init(sample: CallCenterSample) {
        seed = sample.seed
        count = sample.clients
        early = count * 7 / 10
        strangers = min(5_000, max(3, count / 500))
        days = start.distance(to: sample.lastDay) + 1
    }

    /// The day on which client `index` came.
    func opened(_ index: Int) -> CivilDay {
        guard index >= early else {
            return start.advanced(by: -1_825 + index * 1_825 / max(1, early))
        }
        return start.advanced(by: (index - early) * days / max(1, count - early))
    }

    /// How many had come before `day`.
    private func present(on day: CivilDay) -> Int {
        early + (count - early) * start.distance(to: day) / days
    }

    /// The number of somebody to call on `day`; one in a thousand is not in the export.
    mutating func pick(
        on day: CivilDay,
        mayBeStranger: Bool,
        _ random: inout SplitMix64
    ) -> Int {
        guard mayBeStranger, random.chance(10) else { return random.below(present(on: day)) }
        let stranger = count + random.below(strangers)
        inferred.insert(stranger)
        return stranger
    }

    /// The segment of client `index`, as an index of the vocabulary's.
    func segment(_ index: Int) -> Int {
        var random = SplitMix64(seed: seed, stream: "segment", index: index)
        return random.index(weighted: [30, 24, 16, 12, 10, 8])
    }
}
