internal import Words

/// The address of a server: `scheme://user:password@host:port/path?name=value`.
///
/// The generic syntax of RFC 3986, with percent-encoding undone in every part. A password is kept as
/// a ``Secret``, so a URL can be printed safely.
public struct ConnectionURL: Sendable, Hashable {
    /// The scheme in lower case, without `://`.
    public var scheme: String
    /// The user, when there is one.
    public var user: String?
    /// The password, when there is one.
    public var password: Secret?
    /// Host name or address; IPv6 addresses without their brackets.
    ///
    /// Several, with commas between them, stand as they are written, with their ports.
    public var host: String
    /// The port, when the URL names one.
    public var port: Int?
    /// What follows the host, without its leading `/`; empty when there is nothing.
    public var path: String
    /// The parameters after `?`.
    public var query: [String: String]

    /// Whether the host is this machine itself.
    ///
    /// Addresses of the loopback, `localhost`, and the path of a unix socket; not a name such as
    /// `127.example.com`.
    public var isLoopback: Bool {
        if host.hasPrefix("/") { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress =
            numbers.count == 4 && numbers.allSatisfy { Self.decimal($0, 0...255) != nil }
        return ["localhost", "::1"].contains(host.lowercased())
            || (isAddress && numbers[0] == "127")
    }

    /// Parses `text`.
    ///
    /// - Throws: ``EndpointError`` that names the part which is wrong, never the password.
    public init(_ text: String) throws(EndpointError) {
        guard let schemeEnd = text.utf8.firstRange(of: "://".utf8) else {
            throw .malformed("it has no `scheme://`")
        }
        scheme = String(Substring(text.utf8[..<schemeEnd.lowerBound])).lowercased()
        var rest = text.utf8[schemeEnd.upperBound...]
        try Self.refuseCutPassword(rest)
        query = [:]
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = try Self.parseQuery(rest[mark...].dropFirst())
            rest = rest[..<mark]
        }
        path = ""
        if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
            path = try Self.decode(rest[slash...].dropFirst())
            rest = rest[..<slash]
        }
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
            (user, password) = try Self.parseCredentials(rest[..<at])
            rest = rest[at...].dropFirst()
        }
        (host, port) = try Self.parseAuthority(rest)
    }

    /// A part of the text, by bytes: a mark such as U+0301 joins a sign before it to another Character.
    private typealias Bytes = Substring.UTF8View

    /// A `/` or `?` in a password ends what stands before the host: the rest of it would be taken for a
    /// database or a parameter, which are shown.
    private static func refuseCutPassword(_ text: Bytes) throws(EndpointError) {
        let at = UInt8(ascii: "@")
        let authority = text.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !authority.contains(at), text.contains(at) else { return }
        throw .malformed("an `@` stands behind its first `/` or `?`")
    }

    private static func parseQuery(_ text: Bytes) throws(EndpointError) -> [String: String] {
        var query: [String: String] = [:]
        for pair in text.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            query[try decode(parts[0])] = parts.count > 1 ? try decode(parts[1]) : ""
        }
        return query
    }

    private static func parseCredentials(
        _ text: Bytes
    ) throws(EndpointError) -> (user: String?, password: Secret?) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
            return (try decode(text), nil)
        }
        let password = try decode(text[colon...].dropFirst())
        return (try decode(text[..<colon]), Secret(password))
    }

    private static func parseAuthority(
        _ text: Bytes
    ) throws(EndpointError) -> (host: String, port: Int?) {
        guard !text.contains(UInt8(ascii: ",")) else { return (try decode(text), nil) }
        var host = text
        var portText: Bytes?
        let colon = UInt8(ascii: ":")
        if text.first == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else {
                throw .malformed("its host begins with `[` and has no `]`")
            }
            host = text[..<bracket].dropFirst()
            let tail = text[bracket...].dropFirst()
            guard tail.isEmpty || tail.first == colon else {
                throw .malformed("something other than a port follows its `]`")
            }
            portText = tail.dropFirst()
        } else if let mark = text.lastIndex(of: colon) {
            host = text[..<mark]
            portText = text[mark...].dropFirst()
        }
        guard let portText, !portText.isEmpty else { return (try decode(host), nil) }
        // Not shown: after a `/` in a password, what looks like the port is a part of the password.
        guard let port = decimal(Substring(portText), 1...65_535) else {
            throw .malformed("its port is not a number from 1 to 65535")
        }
        return (try decode(host), port)
    }

    /// A number of digits only, within `range`.
    private static func decimal(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func decode(_ text: Bytes) throws(EndpointError) -> String {
        guard text.contains(UInt8(ascii: "%")) else { return String(Substring(text)) }
        let (bytes, isWellFormed) = PercentEncoding.decoded(text)
        guard isWellFormed else {
            throw .malformed("it has a `%` that no two hexadecimal digits follow")
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("its percent-encoding is not UTF-8")
        }
        return decoded
    }
}

extension ConnectionURL {
    /// Refuses several hosts, for a server that has one address.
    ///
    /// - Throws: ``EndpointError`` that says so.
    public func refuseSeveralHosts() throws(EndpointError) {
        guard host.utf8.contains(UInt8(ascii: ",")) else { return }
        throw .malformed("it names several hosts: give one, a name or a proxy before them")
    }

    /// Refuses parameters that are not among `known`, in the order of their names.
    ///
    /// - Throws: ``EndpointError`` that names the first one and those that are known, never a value.
    public func refuseParameters(besides known: [String]) throws(EndpointError) {
        guard let name = query.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw .unknownParameter(name, of: self, known: known)
    }
}

extension ConnectionURL: CustomStringConvertible {
    /// The URL without its password and without its parameters: safe to show.
    public var description: String {
        let name = user.map { "\($0)@" } ?? ""
        let shownHost = host.contains(":") ? "[\(host)]" : host
        let shownPort = port.map { ":\($0)" } ?? ""
        return "\(scheme)://\(name)\(shownHost)\(shownPort)/\(path)"
    }
}
