public import Endpoints

/// How to reach a broker, and how long to wait for it.
public struct AMQPConfiguration: Sendable {
    /// Where the broker is: `amqp://user:password@host:port/virtual-host`, or `amqps://…`.
    public let url: ConnectionURL
    /// TLS for `amqps`, nothing for `amqp`.
    public let security: TransportSecurity
    /// Where user and password are read again for each connection; the URL's hold where it is `nil`.
    public var loginFile: LoginFile?
    /// How often both sides prove that they live; a peer silent for twice as long is lost.
    public var heartbeat: Duration = .seconds(20)
    /// What the broker's tools call the connection.
    public var connectionName = "swift-amqp"
    /// The limit of one attempt's parts: connecting with TLS, and logging in.
    public var attemptTimeout: Duration = .seconds(10)
    /// How long publishers and consumers repeat their first attempt before they give up.
    public var connectDeadline: Duration = .seconds(30)
    /// The limit of one exchange with the broker, such as declaring a queue.
    public var operationTimeout: Duration = .seconds(30)
    /// Bodies longer than this many bytes are cut when they are received.
    public var maximumBodySize = 16 * 1_024 * 1_024

    /// Creates a configuration from a URL.
    ///
    /// The query parameters of `amqps` are RabbitMQ's: `cacertfile` (a PEM file of trusted
    /// authorities; by default the system's), `certfile` and `keyfile` (the client's identity).
    ///
    /// - Throws: For another parameter: `verify=verify_none` must not seem to work. When the scheme is
    ///   neither `amqp` nor `amqps`, or when it is `amqp`, the host is not this machine and
    ///   `allowsPlaintext` is `false`.
    public init(url: ConnectionURL, allowsPlaintext: Bool = false) throws(EndpointError) {
        self.url = url
        try url.refuseSeveralHosts()
        switch url.scheme {
        case "amqps":
            security = try .verified(with: url)
        case "amqp":
            guard url.isLoopback || allowsPlaintext else {
                throw .plaintextRefused(url, secureScheme: "amqps")
            }
            try url.refuseParameters(besides: [])
            security = .plaintext
        default:
            throw .unknownScheme(url.scheme, expected: ["amqps", "amqp"])
        }
    }

    /// Creates a configuration from a URL's text.
    ///
    /// - Throws: What ``init(url:allowsPlaintext:)-(ConnectionURL,_)`` does, and when the text is no URL.
    public init(url text: String, allowsPlaintext: Bool = false) throws(EndpointError) {
        try self.init(url: ConnectionURL(text), allowsPlaintext: allowsPlaintext)
    }
}

extension AMQPConfiguration {
    /// The port: the URL's, or the protocol's.
    var port: Int { url.port ?? (security == .plaintext ? 5_672 : 5_671) }

    /// The virtual host: the URL's path, or `/`.
    var virtualHost: String { url.path.isEmpty ? "/" : url.path }

    /// Who logs in now.
    var login: (user: String, password: String) {
        let fresh = loginFile?.login()
        return (
            (fresh.map(\.user) ?? url.user) ?? "guest",
            (fresh.map(\.password) ?? url.password)?.revealed ?? "guest"
        )
    }

    /// After this long without progress a socket is given up.
    var stallLimit: Duration { heartbeat > .zero ? heartbeat * 2 : operationTimeout }
}
