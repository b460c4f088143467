/// What is asked of a server.
public struct HTTPRequest: Sendable {
    /// What is sent.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// Bytes in memory.
        case bytes([UInt8])
        /// A part of a file, which is read while it is sent.
        case file(path: String, offset: Int, count: Int)
    }

    /// The method in upper case.
    public var method: String
    /// Of what.
    public var url: HTTPURL
    /// Fields besides `Host`, `User-Agent`, `Accept` and `Content-Length`, which are there by themselves.
    public var fields: HTTPFields
    /// What is sent.
    public var body: Body
    /// What messages call its URL, where that holds what they may not show.
    public var alias: String?
    /// How long it may take and how much may come.
    public var limits: HTTPLimits

    /// A request; by default it has no body.
    public init(
        _ method: String = "GET",
        _ url: HTTPURL,
        fields: HTTPFields = HTTPFields(),
        body: Body = .none,
        limits: HTTPLimits = HTTPLimits()
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.limits = limits
    }
}

/// How long a request may take and how much may come.
///
/// A body has no limit of its own: who reads it piece by piece holds one piece, and
/// ``ResponseBody/collect(upTo:)`` is told how much to keep.
public struct HTTPLimits: Sendable, Hashable {
    /// How long finding the host, connecting and TLS may take.
    public var connecting = Duration.seconds(10)
    /// How long the server may send, or take, fewer than ``slowest`` bytes a second, in whole seconds.
    ///
    /// Waiting for its answer counts; the time in which nobody asks for more of a body does not.
    public var stalling = Duration.seconds(30)
    /// Bytes a second.
    public var slowest = 1
    /// How long all of it may take, with its body; `nil` for as long as it goes on.
    public var total: Duration?
    /// How many bytes the fields of a response may have.
    public var head = 64 << 10
    /// How many redirects are followed; with 0 they are responses like others.
    public var redirects = 5

    /// The limits that are written above.
    public init() {}
}
