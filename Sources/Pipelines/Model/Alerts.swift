public import Schedules

/// What can be wrong with a pipeline, so that somebody is to be told.
public enum AlertRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// A load task has failed.
    case loadFailed = "load_failed"
    /// What a load task has read or computed was refused by an audit or a test of a mart.
    case auditFailed = "audit_failed"
    /// A source is awaited for long, or did not come in time.
    case sourceMissing = "source_missing"
    /// Rows were rejected.
    case rejects
    /// What should be loaded by now is not.
    case overdue
}

/// Who is told of what.
public struct AlertEntry: Sendable, Hashable {
    /// The share of rejects that is not told, when nothing else is said: any reject is.
    public static let standardShare = 0.0
    /// How long a source is awaited before that is told, when nothing else is said.
    public static let standardPatience = Duration.seconds(1800)

    /// What is told.
    public var rules: Set<AlertRule>
    /// To whom.
    public var target: AlertTarget
    /// The share of rejects, 0 to 1, above which they are told.
    public var share: Double
    /// How long a source is awaited before that is told.
    public var patience: Duration
    /// When on the day after its end a period is to be loaded; `nil` when only schedules say so.
    public var by: TimeOfDay?

    /// Creates an entry.
    public init(
        rules: Set<AlertRule>,
        target: AlertTarget,
        share: Double = standardShare,
        patience: Duration = standardPatience,
        by: TimeOfDay? = nil
    ) {
        self.rules = rules
        self.target = target
        self.share = share
        self.patience = patience
        self.by = by
    }
}

/// Where alerts are told.
///
/// It has the texts of the definition, with `${NAME}` for what the environment says where it is used: the ledger keeps
/// it as JSON, without any secret.
public struct AlertTarget: Sendable, Hashable, Codable {
    /// How it is spoken to.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// A mail server, by SMTP.
        case mail
        /// A URL that takes JSON.
        case webhook
        /// Prometheus' Alertmanager.
        case alertmanager
    }

    /// How it is spoken to.
    public var kind: Kind
    /// Its URL: `smtps://user:${PASSWORD}@host`, `${SLACK_URL}`.
    public var url: String
    /// Who gets the mail.
    public var recipients: [String]
    /// Who sends it; `nil` for the first recipient.
    public var sender: String?
    /// Whether it may be in a private network.
    public var isPrivate: Bool

    /// Creates a target.
    public init(
        _ kind: Kind,
        url: String,
        recipients: [String] = [],
        sender: String? = nil,
        isPrivate: Bool = false
    ) {
        self.kind = kind
        self.url = url
        self.recipients = recipients
        self.sender = sender
        self.isPrivate = isPrivate
    }

    /// It in words, for people, with `${NAME}` as it is written.
    public var words: String {
        let people = recipients.isEmpty ? "" : " to " + recipients.joined(separator: ", ")
        return "\(kind.rawValue)\(people) at \(url)"
    }
}
