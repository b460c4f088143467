/// One thing that goes wrong during a load.
struct TortureCase: Sendable {
    /// A short name, such as `worker.kill.copying`.
    let name: String
    /// What is expected of the fleet, in words.
    let expected: String
    /// Whether it disturbs servers that other cases would share.
    let isExclusive: Bool
    /// Whether its database is on a small file system of its own.
    let needsSmallDisk: Bool
    /// What its pipeline speaks to besides, of the case's own.
    let outside: Outside.Maker?
    /// What only the first worker has in its environment.
    let fault: [String: String]
    /// Disturbs the fleet from the moment at which its first task is done; the load is over only when
    /// it has returned and every process lives again.
    let disturb: @Sendable (Arena) async throws -> Void

    init(
        _ name: String,
        expected: String = "loaded once",
        isExclusive: Bool = false,
        needsSmallDisk: Bool = false,
        outside: Outside.Maker? = nil,
        fault: [String: String] = [:],
        disturb: @escaping @Sendable (Arena) async throws -> Void = { _ in }
    ) {
        self.name = name
        self.expected = expected
        self.isExclusive = isExclusive
        self.needsSmallDisk = needsSmallDisk
        self.outside = outside
        self.fault = fault
        self.disturb = disturb
    }

    /// All of them, in the order of `faults.md`'s tables.
    static let all: [TortureCase] =
        WorkerCases.all + CoordinatorCases.all + BrokerCases.all + CacheCases.all
        + PostgresCases.all + NetworkCases.all + MessageCases.all + SourceCases.all
        + DatabaseCases.all + ExportCases.all
}
