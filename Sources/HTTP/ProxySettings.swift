internal import Endpoints

/// Through which proxies hosts are asked, as the environment's variables say.
///
/// `https_proxy`, `http_proxy` and `all_proxy`, and for what not: `no_proxy`, with names, endings of names,
/// addresses, `10.0.0.0/8` or `*`. In upper case they are read, too, except `HTTP_PROXY`: who answers CGI
/// has it from the request.
public struct ProxySettings: Sendable, Hashable {
    private let plain: Secret?
    private let secure: Secret?
    private let excepted: [String]

    /// The variables that are looked at.
    public static let variables = [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
        "NO_PROXY",
    ]

    /// No proxy.
    public static let none = ProxySettings([:])

    /// What variables say; empty ones say nothing.
    public init(_ environment: [String: String]) {
        func value(_ names: String...) -> Secret? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }.map { Secret($0) }
        }
        let all = value("all_proxy", "ALL_PROXY")
        plain = value("http_proxy") ?? all
        secure = value("https_proxy", "HTTPS_PROXY") ?? all
        excepted = (value("no_proxy", "NO_PROXY")?.revealed ?? "").lowercased()
            .split { $0 == "," || $0 == " " }
            .map { String($0.drop { $0 == "." }) }
    }

    /// The proxy for an address; `nil` for none: this machine and the link are never asked through one.
    func proxy(for url: HTTPURL) -> Secret? {
        guard let proxy = url.isSecure ? secure : plain else { return nil }
        let isNear =
            NetworkRange.isThisMachine(url.host) || NetworkRange(host: url.host) == .link
        return isNear || excepted.contains { Self.matches(url.host, $0) } ? nil : proxy
    }

    private static func matches(_ host: String, _ pattern: String) -> Bool {
        if pattern == "*" || host == pattern || host.hasSuffix(".\(pattern)") { return true }
        let parts = pattern.split(separator: "/")
        guard parts.count == 2, let bits = Int(parts[1]), bits >= 0,
            let network = NetworkRange.bytes(of: String(parts[0])),
            let address = NetworkRange.bytes(of: host), address.count == network.count,
            bits <= network.count * 8
        else { return false }
        return address.prefix(bits / 8) == network.prefix(bits / 8)
            && (bits % 8 == 0
                || (address[bits / 8] ^ network[bits / 8]) >> (8 - UInt8(bits % 8)) == 0)
    }
}
