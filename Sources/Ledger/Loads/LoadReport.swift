public import Planning
import Postgres
import Words

/// A load in one line.
public struct LoadReport: Sendable, Codable {
    /// Its number.
    public var load: Int64
    /// The pipeline's name.
    public var pipeline: String
    /// Whether it is a replay of rejects.
    public var kind: LoadKind
    /// Where it stands.
    public var state: LoadState
    /// The first and last period, when it has any.
    public var periods: String?
    /// Tasks by state.
    public var tasks: [TaskState: Int]
    /// Who asked for it.
    public var requestedBy: String
    /// When, in UTC.
    public var createdAt: String
    /// Seconds from its creation to its end, or to now.
    public var seconds: Double
    /// Who coordinates it now, or has let go of it because there is nothing to do.
    public var coordinator: String?
    /// Who paused it, while it runs.
    public var pausedBy: Interventions.PausedBy?
    /// The fleet that it belongs to, when that is another one than who asks.
    public var foreignFleet: String?

    /// What is published of it, while it runs and no attempt at any of that has begun; `nil` also where nobody has
    /// asked.
    public var unbegun: Unbegun?

    /// Published tasks of which none has begun.
    public struct Unbegun: Sendable, Hashable, Codable {
        /// How many there are.
        public var tasks: Int
        /// The number of the first.
        public var first: Int
        /// Seconds since the latest of these: the first of them was published, the last retry was due, a task of the
        /// load was done, an attempt failed.
        public var seconds: Double

        /// How long that is nothing to speak of where somebody asks, and where nobody does.
        static let (usual, silent) = (30.0, 60.0)
    }

    /// Where a load stands, and whether it does because somebody has paused it.
    public enum Standing: Sendable, Hashable, CustomStringConvertible {
        /// In a state, and not paused.
        case state(LoadState)
        /// Paused.
        case paused

        /// It in a word.
        public var description: String {
            switch self {
            case .state(let state): state.rawValue
            case .paused: "paused"
            }
        }
    }

    /// Where it stands.
    public var standing: Standing { pausedBy == nil ? .state(state) : .paused }

    /// What hinders a running load; `nil` for one that goes on or has ended.
    public var hindrance: String? {
        guard state == .running else { return nil }
        let name = "\(kind.rawValue) \(load) of \(pipeline)"
        if let pausedBy { return "\(name) is \(pausedBy.words)" }
        guard coordinator == nil else { return standstill(of: name) }
        if let foreignFleet {
            return "\(name) is not finished, and nobody coordinates it; "
                + "it belongs to another fleet, whose coordinators take it: "
                + "LONGSHORE_FLEET=\(foreignFleet) longshore coordinator"
        }
        return "\(name) is not finished, and nobody coordinates it; "
            + "go on with: longshore resume \(load)"
    }

    /// What the display of a load says by itself when nothing of it has begun for a minute.
    ///
    /// Workers may be busy with other loads, messages may be lost, or somebody else may take them: `longshore
    /// why` tells them apart.
    public var standstill: String? {
        guard let unbegun, unbegun.seconds >= Unbegun.silent, pausedBy == nil else { return nil }
        return "nothing has begun for more than a minute, though \(counted(unbegun.tasks, "task")) "
            + "\(unbegun.tasks == 1 ? "is" : "are") published: longshore why \(load).\(unbegun.first)"
    }

    private func standstill(of name: String) -> String? {
        guard let unbegun, unbegun.seconds >= Unbegun.usual, foreignFleet == nil else { return nil }
        return "\(name) waits: \(counted(unbegun.tasks, "published task")) "
            + "and none of them begun in \(DurationWords.measured(seconds: unbegun.seconds)); "
            + "ask why with: longshore why \(load).\(unbegun.first)"
    }
}

extension LoadReport {
    init(_ row: PostgresRow) throws {
        let first = try row.optionalText("first")
        let last = try row.optionalText("last")
        self.init(
            load: try row.integer("id", as: Int64.self),
            pipeline: try row.text("pipeline"),
            kind: try row.word("kind"),
            state: try row.word("state"),
            periods: first == last ? first : "\(first ?? "")..\(last ?? "")",
            tasks: try Self.counts(row),
            requestedBy: try row.text("requested_by"),
            createdAt: try row.text("created_at"),
            seconds: try row.double("seconds"),
            coordinator: try row.optionalText("coordinator"),
            pausedBy: try row.optionalText("target")
                .map { target in
                    Interventions.PausedBy(
                        target: target,
                        person: try row.text("ordered_by"),
                        reason: try row.optionalText("reason")
                    )
                },
            foreignFleet: try row.optionalText("foreign_fleet")
        )
    }

    private static func counts(_ row: PostgresRow) throws -> [TaskState: Int] {
        var counts: [TaskState: Int] = [:]
        for pair in try row.optionalText("tasks")?.split(separator: " ") ?? [] {
            let parts = pair.split(separator: "=")
            counts[try TaskState(ledgerWord: String(parts[0]), in: "tasks")] = Int(parts[1])
        }
        return counts
    }
}
