/// The agents: who they are, when they came, and what changed since.
struct Staff: Sendable {
    /// One agent, as the calls see them.
    struct Agent: Sendable {
        let hired: CivilDay
        /// How easily they reach people, get promises and finish, in thousandths of the average.
        let contact: Int
        let promise: Int
        let pace: Int
        /// How many calls they make, relative to the others.
        let diligence: Int
        /// The rows of the export, oldest first.
        let versions: [Version]
    }

    /// What the export says about an agent from one moment on.
    struct Version: Sendable {
        var name: String
        var hired: CivilDay
        var team: Int
        var level: Int
        var day: CivilDay
        var second: Int
    }

    static let teams = [
        ("T01", "Cobranza Temprana", "Bogotá"), ("T02", "Cobranza Tardía", "Bogotá"),
        ("T03", "Renovación y Cupos", "Medellín"), ("T04", "Canales Digitales", "Medellín"),
        ("T05", "Atención Preferente", "Cali"), ("T06", "Turno Sábado", "Bogotá"),
    ]
    static let levels = ["junior", "senior", "lead"]

    let agents: [Agent]

    init(sample: CallCenterSample) {
        let count = min(400, max(12, sample.calls / 2_500))
        agents = (0..<count).map { Self.agent($0, of: count, sample) }
    }

    private static func agent(_ index: Int, of count: Int, _ sample: CallCenterSample) -> Agent {
        var random = SplitMix64(seed: sample.seed, stream: "agent", index: index)
        let start = CallCenterSample.firstMonth.first
        // Two thirds are there from the start; the others come one by one.
        let newcomers = count / 3
        let offset =
            index < count - newcomers
            ? -random.below(1_400) - 1
            : (index - (count - newcomers)) * (start.distance(to: sample.lastDay) - 20) / count
        let hired = start.advanced(by: max(-1_400, offset))
        return Agent(
            hired: hired,
            contact: 850 + random.below(301),
            promise: 700 + random.below(601),
            pace: 750 + random.below(501),
            diligence: 1 + random.below(4),
            versions: history(from: hired, to: sample.lastDay, &random)
        )
    }

    /// The first row, then one for each change of team, level or spelling.
    private static func history(
        from hired: CivilDay,
        to last: CivilDay,
        _ random: inout SplitMix64
    ) -> [Version] {
        var version = Version(
            name: random.personName(),
            hired: hired,
            team: random.below(teams.count),
            level: 0,
            day: hired,
            second: 8 * 3_600
        )
        var versions = [version]
        while true {
            version.day = version.day.advanced(by: 60 + random.below(500))
            version.second = 28_800 + random.below(36_000)
            guard version.day <= last else { return versions }
            switch random.below(5) {
            case 0, 1:
                version.team = (version.team + 1 + random.below(teams.count - 1)) % teams.count
            case 2, 3: version.level = min(levels.count - 1, version.level + 1)
            // The personnel office corrects a spelling, and sometimes a date that must not change.
            default:
                version.name = "\(version.name) \(random.pick(Vocabulary.familyNames))"
                version.hired = version.hired.advanced(by: random.below(2) * 3)
            }
            versions.append(version)
        }
    }
}
