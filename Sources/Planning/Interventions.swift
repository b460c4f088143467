/// What people have ordered about one load, as the ledger keeps it.
///
/// Pauses and cancellations are rows of the ledger, because they must not be forgotten. A load or task
/// that is over may still have some: they have no effect any more.
public struct Interventions: Sendable, Hashable {
    /// A pause: nothing begins; what runs goes on unless the pause interrupts it.
    public enum Pause: Int, Sendable, Hashable, Comparable {
        /// Running attempts finish.
        case afterRunning
        /// Running attempts are cancelled, and come back later.
        case now

        /// Whether it is the gentler one.
        public static func < (left: Pause, right: Pause) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// Who paused the whole load, and why.
    public struct PausedBy: Sendable, Hashable, Codable {
        /// What was paused: a pipeline, or the load by its number.
        public var target: String
        /// Who said so.
        public var person: String
        /// Why.
        public var reason: String?

        /// Creates an answer.
        public init(target: String, person: String, reason: String? = nil) {
            self.target = target
            self.person = person
            self.reason = reason
        }

        /// As in `paused by ana (the source is moved); go on with: longshore resume callcenter`.
        public var words: String {
            "paused by \(person)\(reason.map { " (\($0))" } ?? ""); go on with: "
                + "longshore resume \(target)"
        }
    }

    /// Whether the whole load was cancelled.
    public var isCancelled: Bool
    /// The tasks that were cancelled by themselves.
    public var cancelled: Set<Int>
    /// How the whole load is paused, if it is.
    public var pause: Pause?
    /// Who was the first to pause the whole load, as far as that is known.
    public var pausedBy: PausedBy?
    /// The tasks that are paused by themselves.
    public var paused: [Int: Pause]

    /// By default no order.
    public init(
        isCancelled: Bool = false,
        cancelled: Set<Int> = [],
        pause: Pause? = nil,
        pausedBy: PausedBy? = nil,
        paused: [Int: Pause] = [:]
    ) {
        self.isCancelled = isCancelled
        self.cancelled = cancelled
        self.pause = pause
        self.pausedBy = pausedBy
        self.paused = paused
    }

    /// How a task is paused, by itself or with its load.
    public func pause(of task: Int) -> Pause? {
        [pause, paused[task]].compactMap { $0 }.max()
    }

    /// Whether an attempt at a task that runs now is to be interrupted.
    public func interrupts(_ task: Int) -> Bool {
        isCancelled || cancelled.contains(task) || pause(of: task) == .now
    }

    /// Adds a pause of a task, or of the whole load (`nil`); of two the stronger counts.
    public mutating func add(_ new: Pause, of task: Int?) {
        if let task {
            paused[task] = max(paused[task] ?? new, new)
        } else {
            pause = max(pause ?? new, new)
        }
    }
}

/// The orders of people as workers and coordinators read them.
public protocol InterventionLedger: Sendable {
    /// What is ordered about some loads; loads without orders may be left out.
    func interventions(ofLoads loads: Set<Int64>) async throws -> [Int64: Interventions]
}

/// What an order is about.
public enum InterventionTarget: Sendable, Hashable, CustomStringConvertible {
    /// Every load of a pipeline, also those to come.
    case pipeline(String)
    /// One load.
    case load(Int64)
    /// One load task.
    case task(LoadTaskID)

    /// `callcenter`, `7`, `7.12`: what commands take.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count <= 2, let load = Int64(parts[0]), load > 0 {
            guard parts.count == 2 else {
                self = .load(load)
                return
            }
            guard let ordinal = Int(parts[1]), ordinal >= 0 else { return nil }
            self = .task(LoadTaskID(load: load, ordinal: ordinal))
        } else {
            let isName = text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_")
            }
            guard isName, text.first?.isLetter == true else { return nil }
            self = .pipeline(text)
        }
    }

    /// The load, unless it is a pipeline.
    public var load: Int64? {
        switch self {
        case .pipeline: nil
        case .load(let load): load
        case .task(let task): task.load
        }
    }

    /// What it is called in commands.
    public var description: String {
        switch self {
        case .pipeline(let name): name
        case .load(let load): String(load)
        case .task(let task): task.description
        }
    }

    /// What it is called in sentences.
    public var title: String {
        switch self {
        case .pipeline(let name): "the pipeline `\(name)`"
        case .load(let load): "load \(load)"
        case .task(let task): "the task \(task)"
        }
    }
}
