/// How a client asks.
public struct HTTPConfiguration: Sendable, Hashable {
    /// Which addresses it may connect to.
    public var reach: Reach
    /// Whether other hosts than this machine may be asked without TLS.
    public var allowsPlaintext: Bool
    /// A PEM file of authorities that are trusted instead of the system's.
    public var authorityFile: String?
    /// Through which proxies it asks.
    public var proxies: ProxySettings

    /// By default a client that reaches the internet, by TLS, without a proxy.
    public init(
        reach: Reach = .internet,
        allowsPlaintext: Bool = false,
        authorityFile: String? = nil,
        proxies: ProxySettings = .none
    ) {
        self.reach = reach
        self.allowsPlaintext = allowsPlaintext
        self.authorityFile = authorityFile
        self.proxies = proxies
    }
}
