public import Pipelines

/// The ledger as a coordinator sees it that tells what came of loads, as OpenLineage means it.
///
/// The ledger decides who tells: one coordinator of a fleet at a time, whoever holds the turn.
public protocol LineageLedger: Sendable {
    /// Becomes the one who tells, for `duration`.
    ///
    /// - Returns: what is to be told, in its order; `nil` where there is nothing, somebody else tells, or it is to be told
    ///   later.
    func takeLineage(by coordinator: String, for duration: Duration) async throws -> LineageRound?
    /// Writes that an event was told, and stays the one who tells for another `duration`.
    ///
    /// - Returns: `false` when somebody else took over: tell nothing more.
    func told(
        _ event: LineageEvent,
        in turn: LineageTurn,
        for duration: Duration
    ) async throws -> Bool
    /// Ends a turn.
    func end(_ turn: LineageTurn) async throws
    /// Ends a turn because the receiver did not take an event; it is told again after a while that grows.
    func postpone(_ turn: LineageTurn, because failure: LineageFailure) async throws
}

/// Who takes events.
public protocol LineageReceiver: Sendable {
    /// Takes an event.
    ///
    /// - Throws: ``LineageFailure``; `CancellationError`.
    func take(_ event: LineageEvent) async throws
}

/// An event that was not taken.
public struct LineageFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried and what happened; never a secret.
    public let description: String
    /// Whether the receiver refuses this event and will never take it.
    public let isFinal: Bool
    /// How long the receiver wants to be left alone; `nil` where it does not say.
    public let pause: Duration?

    /// A failure; by default the event is told again.
    public init(_ description: String, isFinal: Bool = false, pause: Duration? = nil) {
        self.description = description
        self.isFinal = isFinal
        self.pause = pause
    }
}

/// The right to tell, until another coordinator has it.
public struct LineageTurn: Sendable, Hashable {
    /// The fleet that is told of.
    public let fleet: String
    /// The number of the turn: only the newest counts.
    public let fence: Int64

    /// A turn.
    public init(fleet: String, fence: Int64) {
        (self.fleet, self.fence) = (fleet, fence)
    }
}

/// What is told in one turn.
public struct LineageRound: Sendable {
    /// The turn.
    public let turn: LineageTurn
    /// What is to be told, in its order.
    public let events: [LineageEvent]

    /// A round.
    public init(turn: LineageTurn, events: [LineageEvent]) {
        (self.turn, self.events) = (turn, events)
    }
}

/// A run as OpenLineage means it: of a load, or an attempt at a load task.
public struct LineageRun: Sendable, Hashable {
    /// The load.
    public var load: Int64
    /// The task's place in the load's plan; `nil` of the load itself.
    public var ordinal: Int?
    /// Which of the runs of the load or task that are told of, from 1.
    public var number: Int

    /// A run.
    public init(load: Int64, ordinal: Int? = nil, number: Int) {
        (self.load, self.ordinal, self.number) = (load, ordinal, number)
    }
}

/// A load that is told of.
public struct LineageLoad: Sendable, Hashable {
    /// Its number.
    public var id: Int64
    /// Its pipeline, as it was loaded.
    public var pipeline: Pipeline
    /// The folder that relative folders of its sources start in.
    public var folder: String
    /// Whether it reads sources or rejects.
    public var kind: LoadKind
    /// The periods that it asks for.
    public var periods: [Period]
    /// The warehouse's name, which tells its loads from another one's.
    public var warehouse: String
    /// The database that the warehouse is in.
    public var database: String

    /// A load.
    public init(
        id: Int64,
        pipeline: Pipeline,
        folder: String,
        kind: LoadKind,
        periods: [Period],
        warehouse: String,
        database: String
    ) {
        self.id = id
        self.pipeline = pipeline
        self.folder = folder
        self.kind = kind
        self.periods = periods
        self.warehouse = warehouse
        self.database = database
    }
}

/// Something that has happened to a load or a load task.
public struct LineageEvent: Sendable, Hashable {
    /// What has happened, in OpenLineage's words.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A run has begun.
        case start = "START"
        /// A run goes on.
        case running = "RUNNING"
        /// A run has done what it was to do.
        case complete = "COMPLETE"
        /// A run has failed.
        case fail = "FAIL"
        /// A run was cancelled, or left to a newer load.
        case abort = "ABORT"

        /// Whether nothing happens in the run any more.
        public var isEnd: Bool { self == .complete || self == .fail || self == .abort }
    }

    /// What a task has done.
    public struct Result: Sendable, Hashable {
        /// What it did to rows.
        public var counts: RowCounts
        /// How many files it has read; `nil` where that is not known.
        public var files: Int?
        /// How many bytes these have.
        public var bytes: Int?
        /// Expectations that did not hold and let it commit all the same.
        public var warnings: [String]

        /// A result.
        public init(
            counts: RowCounts,
            files: Int? = nil,
            bytes: Int? = nil,
            warnings: [String] = []
        ) {
            (self.counts, self.files, self.bytes, self.warnings) = (counts, files, bytes, warnings)
        }
    }

    /// Why a run has failed.
    public struct Failure: Sendable, Hashable {
        /// A stable code.
        public var code: String
        /// What happened; never a row's value or a secret.
        public var message: String

        /// A failure.
        public init(code: String, message: String) {
            (self.code, self.message) = (code, message)
        }
    }

    /// What has happened.
    public var kind: Kind
    /// When, ISO 8601 in UTC, to the microsecond.
    public var time: String
    /// In which run.
    public var run: LineageRun
    /// The run of the load that a task's run belongs to; `nil` of the load's own.
    public var parent: LineageRun?
    /// The load.
    public var load: LineageLoad
    /// The task; `nil` of the load itself.
    public var task: LoadTask?
    /// What the run has done, where it is complete.
    public var result: Result?
    /// Why the run has failed, where it has.
    public var failure: Failure?
    /// How many failed attempts at the task are told with it and before.
    public var attempts: Int

    /// An event.
    public init(
        _ kind: Kind,
        at time: String,
        in run: LineageRun,
        of load: LineageLoad,
        task: LoadTask? = nil,
        parent: LineageRun? = nil,
        result: Result? = nil,
        failure: Failure? = nil,
        attempts: Int = 0
    ) {
        self.kind = kind
        self.time = time
        self.run = run
        self.load = load
        self.task = task
        self.parent = parent
        self.result = result
        self.failure = failure
        self.attempts = attempts
    }
}
