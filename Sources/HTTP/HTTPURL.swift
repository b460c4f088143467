public import Endpoints

/// The address of something that is asked for by HTTP: `https://host:port/path?query`.
///
/// Path and query stay encoded as they are written: they are sent, and signed, by their bytes. The
/// query may hold a secret, so it is never shown; a user or a password before the host are refused.
public struct HTTPURL: Sendable, Hashable {
    /// Whether it is asked for through TLS.
    public let isSecure: Bool
    /// Host name or address in lower case; IPv6 addresses without their brackets.
    public let host: String
    /// The port, where it is not the scheme's.
    public let port: Int?
    /// The path as it is sent, with its leading `/`.
    public var path: String
    /// What follows `?`, as it is sent.
    public var query: Secret?

    /// Reads an address.
    ///
    /// - Throws: ``HTTPError/Code/invalidInput`` that names the part which is wrong, and no secret.
    public init(_ text: String) throws(HTTPError) {
        let bytes = text.utf8.prefix { $0 != UInt8(ascii: "#") }
        guard let end = bytes.firstRange(of: "://".utf8) else {
            throw .unusableURL("it has no `http://` or `https://`")
        }
        switch Substring(bytes[..<end.lowerBound]).lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: throw .unusableURL("its scheme is neither `http` nor `https`")
        }
        let rest = bytes[end.upperBound...]
        let authority = rest.prefix { ![UInt8(ascii: "/"), UInt8(ascii: "?")].contains($0) }
        (host, port) = try Self.parse(authority, isSecure: isSecure)
        (path, query) = try Self.parse(target: rest[authority.endIndex...])
    }

    /// The address that a server means with `Location`, as it is seen from here.
    ///
    /// - Throws: ``HTTPError/Code/invalidInput``.
    public func resolving(_ reference: String) throws(HTTPError) -> HTTPURL {
        if reference.prefixMatch(of: /[A-Za-z][0-9A-Za-z+.\-]*:/.matchingSemantics(.unicodeScalar))
            != nil
        {
            return try HTTPURL(reference)
        }
        let bytes = reference.utf8
        if bytes.starts(with: "//".utf8) { return try HTTPURL("\(scheme):\(reference)") }
        var base = ""
        if bytes.first == UInt8(ascii: "?") {
            base = path
        } else if bytes.first != UInt8(ascii: "/"),
            let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        {
            base = String(path[...slash])
        }
        return try HTTPURL("\(scheme)://\(authority)\(base)\(reference)")
    }

    /// `http` or `https`.
    public var scheme: String { isSecure ? "https" : "http" }

    /// Host and port as the field `Host` says them.
    public var authority: String {
        let shown = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port.map { "\(shown):\($0)" } ?? shown
    }

    /// Whether its host is this machine, by name or by address.
    public var isThisMachine: Bool { NetworkRange.isThisMachine(host) }

    /// The whole of it, with what may be secret: only for the server.
    var revealed: String {
        description + (query.map { "?\($0.revealed)" } ?? "")
    }

    private typealias Bytes = Substring.UTF8View

    private static func parse(
        _ authority: Bytes,
        isSecure: Bool
    ) throws(HTTPError) -> (host: String, port: Int?) {
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw .unusableURL("it has a user or a password before its host; give them apart")
        }
        var host = authority
        var port = Substring("").utf8
        if authority.first == UInt8(ascii: "[") {
            guard let bracket = authority.firstIndex(of: UInt8(ascii: "]")) else {
                throw .unusableURL("its host begins with `[` and has no `]`")
            }
            host = authority[..<bracket].dropFirst()
            port = authority[bracket...].dropFirst()
        } else if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
            host = authority[..<colon]
            port = authority[colon...]
        }
        let text = Substring(host)
        let isAddress = authority.first == UInt8(ascii: "[")
        let form = isAddress ? /[0-9A-Fa-f:.]+/ : /[0-9A-Za-z._\-]+/
        guard text.wholeMatch(of: form.matchingSemantics(.unicodeScalar)) != nil else {
            throw .unusableURL("its host is not a name or an address")
        }
        return (text.lowercased(), try number(of: port, default: isSecure ? 443 : 80))
    }

    /// The port of `:8080`; `nil` for none, and for the one that is meant without it.
    private static func number(of text: Bytes, default usual: Int) throws(HTTPError) -> Int? {
        if text.isEmpty || text.elementsEqual(":".utf8) { return nil }
        guard
            let digits = Substring(text)
                .wholeMatch(of: /:([0-9]{1,5})/.matchingSemantics(.unicodeScalar))?
                .1,
            let port = Int(digits), (1...65_535).contains(port)
        else { throw .unusableURL("its port is not a number from 1 to 65535") }
        return port == usual ? nil : port
    }

    private static func parse(
        target: Bytes
    ) throws(HTTPError) -> (path: String, query: Secret?) {
        // A line feed in it would begin a field of its own.
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }) else {
            throw .unusableURL(
                "its path or query has blanks, controls, `\\` or letters that are not ASCII; expected "
                    + "percent-encoding, such as `%20`"
            )
        }
        let path = Substring(target.prefix { $0 != UInt8(ascii: "?") })
        let query = target.dropFirst(path.utf8.count)
        return (
            path.isEmpty ? "/" : String(path),
            query.isEmpty ? nil : Secret(String(Substring(query.dropFirst())))
        )
    }
}

extension HTTPURL: CustomStringConvertible {
    /// The address without its query: safe to show.
    public var description: String { "\(scheme)://\(authority)\(path)" }
}
