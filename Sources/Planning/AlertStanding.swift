public import Pipelines
import Schedules

/// What is wrong with a pipeline now, as the ledger shows it.
public struct AlertFinding: Sendable, Hashable {
    /// What tells it from others.
    public struct Key: Sendable, Hashable {
        /// What is wrong.
        public var rule: AlertRule
        /// The table's schema; empty when it is about the whole pipeline.
        public var schema: String
        /// The table; empty likewise.
        public var table: String
        /// The period's label; empty when it is about none.
        public var period: String

        /// A key.
        public init(
            _ rule: AlertRule,
            schema: String = "",
            table: String = "",
            period: String = ""
        ) {
            self.rule = rule
            self.schema = schema
            self.table = table
            self.period = period
        }
    }

    /// What tells it from others.
    public var key: Key
    /// The load that shows it.
    public var load: Int64?
    /// The code of the failure.
    public var code: String?
    /// What is wrong.
    public var summary: String
    /// Of rejects: their share of the rows.
    public var share: Double?
    /// Of an awaited source: for how long it is.
    public var awaited: Duration?
    /// Of a period that is not loaded: at which entry's time of day it should have been.
    public var by: String?

    /// A finding.
    public init(
        _ key: Key,
        load: Int64? = nil,
        code: String? = nil,
        summary: String,
        share: Double? = nil,
        awaited: Duration? = nil,
        by: String? = nil
    ) {
        self.key = key
        self.load = load
        self.code = code
        self.summary = summary
        self.share = share
        self.awaited = awaited
        self.by = by
    }

    /// Which rule a failure of a load task is about, by its code.
    public static func rule(ofFailure code: String?) -> AlertRule {
        guard let code else { return .loadFailed }
        if ["source.missing", "source.unavailable"].contains(code) { return .sourceMissing }
        return audits.contains(code) ? .auditFailed : .loadFailed
    }

    private static let audits = Set(
        [
            "row_count", "volume", "expiry", "reject_share", "freshness", "control_total",
            "mart_test",
        ]
        .map { "warehouse.\($0)" }
    )
}

extension AlertEntry {
    /// Whether it tells of a finding.
    ///
    /// Every failure of a load is one of `load_failed`, whatever else it is.
    public func tells(_ finding: AlertFinding) -> Bool {
        switch finding.key.rule {
        case .loadFailed, .overdue:
            return rules.contains(finding.key.rule) && (finding.by == nil || finding.by == by?.text)
        case .auditFailed: return rules.contains(.auditFailed) || rules.contains(.loadFailed)
        case .sourceMissing:
            guard let awaited = finding.awaited else {
                return rules.contains(.sourceMissing) || rules.contains(.loadFailed)
            }
            return rules.contains(.sourceMissing) && awaited >= patience
        case .rejects: return rules.contains(.rejects) && (finding.share ?? 1) > share
        }
    }
}

/// What the ledger says of the table and period of an alert that stands.
public struct AlertEvidence: Sendable, Hashable {
    /// The state of the period; `nil` when the control table has no such row.
    public var state: PeriodState?
    /// The load that has loaded it last.
    public var loadedBy: Int64?
    /// Whether rows of it are rejected that nobody has waived or fixed.
    public var hasRejects: Bool

    /// Evidence.
    public init(state: PeriodState?, loadedBy: Int64?, hasRejects: Bool) {
        self.state = state
        self.loadedBy = loadedBy
        self.hasRejects = hasRejects
    }

    /// What has ended an alert that a load has shown, in words; `nil` when it stands.
    ///
    /// A failure that is tried again is not over before it has succeeded.
    public func end(of key: AlertFinding.Key, shownBy load: Int64?) -> String? {
        guard !key.table.isEmpty else { return "nothing is due any more" }
        if state == .closed { return "the period was closed" }
        switch key.rule {
        case .loadFailed, .auditFailed, .sourceMissing:
            guard let loadedBy, loadedBy >= load ?? 0 else { return nil }
            return "loaded by load \(loadedBy)"
        case .rejects: return hasRejects ? nil : "no reject is open"
        case .overdue:
            guard [.loaded, .stale].contains(state) else { return nil }
            return loadedBy.map { "loaded by load \($0)" } ?? "loaded"
        }
    }
}
