/// An API that is asked over HTTP: as whom, how often, and what its refusals mean.
///
/// The texts of the URL and of ``authentication`` may hold `${NAME}` and `${NAME:-default}`, resolved only
/// where used.
public struct HTTPPlace: Sendable, Hashable {
    /// What all paths stand behind: `https://host/v2`.
    public var url: String
    /// As whom it is asked.
    public var authentication = Authentication.none
    /// How often it is asked at most.
    public var rate: CallRate?
    /// What tells how much of its limit is used.
    public var usage: UsageRule?
    /// What refusals mean, the first that fits; what no rule is about is judged by its status.
    public var errors: [CallErrorRule] = []
    /// Whether it may be in a private network.
    public var isPrivate = false

    /// An API of the internet that everybody may ask.
    public init(url: String) {
        self.url = url
    }

    /// As whom an API is asked.
    public enum Authentication: Sendable, Hashable {
        /// As nobody.
        case none
        /// A parameter of the query.
        case query(name: String, value: String)
        /// A field.
        case header(name: String, value: String)
        /// A token in the field `Authorization`.
        case bearer(String)
        /// A user and a password.
        case basic(user: String, password: String)
        /// A token that is asked for first, and again before it expires.
        case clientCredentials(OAuthClient)
    }
}

/// A client that gets its tokens by its own credentials (RFC 6749, 4.4).
public struct OAuthClient: Sendable, Hashable {
    /// Where tokens are asked for.
    public var url: String
    /// The client's name.
    public var client: String
    /// Its secret.
    public var secret: String
    /// What it asks to be allowed; empty for what it is allowed by default.
    public var scope: String
    /// Whether name and secret stand in the body of the request instead of the field `Authorization`.
    public var sendsInBody: Bool

    /// A client as its API knows it.
    public init(
        url: String,
        client: String,
        secret: String,
        scope: String,
        sendsInBody: Bool
    ) {
        self.url = url
        self.client = client
        self.secret = secret
        self.scope = scope
        self.sendsInBody = sendsInBody
    }
}

/// So many calls in each span of time.
public struct CallRate: Sendable, Hashable {
    /// How many.
    public var calls: Int
    /// The span.
    public var span: Duration

    /// A rate.
    public init(
        calls: Int,
        span: Duration
    ) {
        self.calls = calls
        self.span = span
    }
}

/// A field of answers that tells how much of a limit is used, and from when on calls pause.
public struct UsageRule: Sendable, Hashable {
    /// The field's name.
    public var header: String
    /// Where in the JSON of its value the numbers lie, `*` for each member or element; `nil` where the value is
    /// the number.
    public var path: JSONPath?
    /// From which number on calls pause.
    public var limit: Int
    /// How long.
    public var pause: Duration

    /// A rule about a field.
    public init(
        header: String,
        path: JSONPath?,
        limit: Int,
        pause: Duration
    ) {
        self.header = header
        self.path = path
        self.limit = limit
        self.pause = pause
    }
}

/// What an answer means that refuses a call.
public struct CallErrorRule: Sendable, Hashable {
    /// The statuses that it is about; any where there are none.
    public var statuses: [Int]
    /// Where in the body something tells the kind of refusal; `nil` where the status does.
    public var path: JSONPath?
    /// What is there then; anything but null where there is nothing.
    public var values: [String]
    /// What follows.
    public var action: Action
    /// How long is waited where the answer does not say it.
    public var pause: Duration

    /// A rule about answers.
    public init(
        statuses: [Int],
        path: JSONPath?,
        values: [String],
        action: Action,
        pause: Duration
    ) {
        self.statuses = statuses
        self.path = path
        self.values = values
        self.action = action
        self.pause = pause
    }

    /// What follows a refusal.
    public enum Action: String, Sendable, Hashable, CaseIterable {
        /// The API is left alone for a while.
        case wait
        /// It is asked again a few times, soon.
        case retry
        /// The task fails.
        case fail
    }

    /// How long is waited by default.
    public static let usualPause = Duration.seconds(60)
}

extension HTTPPlace.Authentication {
    /// Its texts, in an order of its own.
    public var texts: [String] {
        switch self {
        case .none: []
        case .query(let name, let value), .header(let name, let value): [name, value]
        case .bearer(let token): [token]
        case .basic(let user, let password): [user, password]
        case .clientCredentials(let client):
            [client.url, client.client, client.secret, client.scope]
        }
    }
}
