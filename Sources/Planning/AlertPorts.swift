public import Pipelines

/// The ledger as a coordinator sees it that tells alerts.
///
/// The ledger decides who tells: whoever holds a message's lease. It also has the time.
public protocol AlertLedger: Sendable {
    /// Compares what is wrong with what is known to be, for each pipeline of the fleet that tells alerts: writes down
    /// alerts that begin and that are over, and the messages that tell it, in one step.
    ///
    /// A pipeline that another coordinator looks at just now is left to it.
    ///
    /// - Returns: what has begun or is over, and why not all could be looked at.
    func lookForAlerts() async throws -> AlertRound
    /// Becomes the one who tells a message, for `duration`; `nil` where there is none to tell that nobody holds.
    func takeAlertMessage(
        by coordinator: String,
        for duration: Duration
    ) async throws -> AlertMessage?
    /// Writes that a message was told.
    ///
    /// - Returns: `false` when somebody else took over: he has told it, too.
    func told(_ message: AlertMessage) async throws -> Bool
    /// Writes that a message could not be told, and when that is tried again.
    ///
    /// - Returns: whether it will be: after ``AlertMessage/patience`` it is given up.
    func failed(_ message: AlertMessage, because reason: String) async throws -> Bool
}

/// Where alerts are told.
public protocol AlertTeller: Sendable {
    /// Tells a message.
    ///
    /// - Throws: ``AlertFailure``; `CancellationError`.
    func tell(_ message: AlertMessage) async throws
}

/// A target that did not take a message.
public struct AlertFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried and what happened; never a secret.
    public let description: String

    /// A failure.
    public init(_ description: String) {
        self.description = description
    }
}

/// Something that is or was wrong with a pipeline.
public struct Alert: Sendable, Hashable, Codable {
    /// Its number.
    public var id: Int64
    /// What is wrong.
    public var rule: AlertRule
    /// The pipeline.
    public var pipeline: String
    /// The table with its schema, `sales.fact_sale`; empty when it is about the whole pipeline.
    public var table: String
    /// The period's label; empty when it is about none.
    public var period: String
    /// The load that shows it.
    public var load: Int64?
    /// The code of the failure.
    public var code: String?
    /// What is wrong, in one line.
    public var summary: String
    /// Since when, ISO 8601 in UTC.
    public var since: String
    /// When it was over; `nil` while it is not.
    public var over: String?
    /// What ended it.
    public var overBecause: String?

    /// Creates one.
    public init(
        id: Int64,
        rule: AlertRule,
        pipeline: String,
        table: String = "",
        period: String = "",
        load: Int64? = nil,
        code: String? = nil,
        summary: String,
        since: String,
        over: String? = nil,
        overBecause: String? = nil
    ) {
        self.id = id
        self.rule = rule
        self.pipeline = pipeline
        self.table = table
        self.period = period
        self.load = load
        self.code = code
        self.summary = summary
        self.since = since
        self.over = over
        self.overBecause = overBecause
    }

    /// What it is about, in words: the table and the period, or the pipeline.
    public var place: String {
        let name = table.isEmpty ? pipeline : table
        return period.isEmpty ? name : "\(name) \(period)"
    }
}

/// An alert that has begun or is over.
public struct AlertChange: Sendable, Hashable {
    /// Its number.
    public var alert: Int64
    /// The pipeline.
    public var pipeline: String
    /// Whether it is over.
    public var isOver: Bool

    /// A change.
    public init(alert: Int64, pipeline: String, isOver: Bool) {
        (self.alert, self.pipeline, self.isOver) = (alert, pipeline, isOver)
    }
}

/// What a look at all pipelines has changed; one that cannot be looked at holds up no other.
public struct AlertRound: Sendable {
    /// What has begun or is over.
    public var changes: [AlertChange] = []
    /// The first thing that went wrong.
    public var failure: (any Error)?

    /// A look that has changed nothing.
    public init() {}
}

/// Alerts of one pipeline that one target is told together.
public struct AlertMessage: Sendable, Hashable {
    /// How many alerts there are in one message at most.
    public static let most = 50
    /// For how long telling is tried.
    public static let patience = Duration.seconds(3 * 86_400)
    /// How often an Alertmanager is told again what stands: it ends what it does not hear of for five minutes.
    public static let repetition = Duration.seconds(60)

    /// Its number.
    public var id: Int64
    /// The number of the take-over: only the newest counts.
    public var fence: Int64
    /// What tells it from messages of other warehouses, and the same whenever it is told.
    public var identity: String
    /// Where it is told.
    public var target: AlertTarget
    /// The pipeline.
    public var pipeline: String
    /// Whether it says that its alerts are over.
    public var isOver: Bool
    /// Its alerts, as they are now.
    public var alerts: [Alert]
    /// When it was written, ISO 8601 in UTC.
    public var written: String

    /// Creates one.
    public init(
        id: Int64,
        fence: Int64,
        identity: String,
        target: AlertTarget,
        pipeline: String,
        isOver: Bool,
        alerts: [Alert],
        written: String
    ) {
        self.id = id
        self.fence = fence
        self.identity = identity
        self.target = target
        self.pipeline = pipeline
        self.isOver = isOver
        self.alerts = alerts
        self.written = written
    }

    /// Whether it is told again after it was told: to an Alertmanager, while one of its alerts stands.
    public var isRepeated: Bool {
        target.kind == .alertmanager && alerts.contains { $0.over == nil }
    }
}
