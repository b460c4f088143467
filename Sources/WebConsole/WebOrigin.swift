/// Where browsers find the console: `https://warehouse.example.com`.
public struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// Whether it is reached by TLS.
    public let isSecure: Bool
    /// What browsers send as `Host`: with the port, where it is not the usual one.
    public let host: String

    /// A place of a scheme and a host, with a port where it is not the usual one.
    public init(isSecure: Bool, host: String) {
        self.isSecure = isSecure
        self.host = host
    }

    /// Reads a URL that is a scheme, a host and perhaps a port; `nil` for what is more or less.
    public init?(_ url: String) {
        guard
            let match = url.wholeMatch(
                of:
                    #/(?<scheme>https?)://(?<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?/?/#
                    .ignoresCase().asciiOnlyDigits().matchingSemantics(.unicodeScalar)
            )
        else { return nil }
        let isSecure = match.scheme.utf8.count == 5
        var host = match.name.lowercased()
        if let port = match.port.flatMap({ UInt16($0) }) {
            if port != (isSecure ? 443 : 80) { host += ":\(port)" }
        } else if match.port != nil {
            return nil
        }
        self.init(isSecure: isSecure, host: host)
    }

    /// It as a URL, which is also what browsers send as `Origin`.
    public var description: String { (isSecure ? "https://" : "http://") + host }

    /// The name of the cookie by which somebody stays: cookies are of a host, whatever its port.
    var cookie: String {
        let bytes = host.utf8
        let port = bytes.lastIndex(of: UInt8(ascii: ":")).map { bytes[bytes.index(after: $0)...] }
        // The last colon of a bare address of IPv6 is within its brackets.
        let suffix = port.flatMap { UInt16(Substring($0)) }.map { "-\($0)" } ?? ""
        return (isSecure ? "__Host-" : "") + "longshore" + suffix
    }
}
