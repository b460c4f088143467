public import Endpoints
internal import Words

/// The address of a mail server: `smtps://user:password@host:port`, or `smtp://…`, where TLS begins with STARTTLS.
public struct MailURL: Sendable, Hashable, CustomStringConvertible {
    /// Whether TLS comes first, and not when the server is asked for it.
    public let isSecure: Bool
    /// Host name or address; IPv6 addresses without their brackets.
    public let host: String
    /// The port: 465 or 587 where the URL has none.
    public let port: Int
    /// Who logs in; `nil` when nobody does.
    public let user: String?
    /// Its password.
    public let password: Secret?

    /// Reads an address.
    ///
    /// - Throws: ``MailError`` that names the part which is wrong, and no secret.
    public init(_ text: String) throws(MailError) {
        let bytes = text.utf8
        guard let end = bytes.firstRange(of: "://".utf8) else { throw Self.malformed }
        switch Substring(bytes[..<end.lowerBound]).lowercased() {
        case "smtps": isSecure = true
        case "smtp": isSecure = false
        default: throw Self.malformed
        }
        var place = Substring(bytes[end.upperBound...])
        var login: Substring?
        if let at = place.utf8.lastIndex(of: UInt8(ascii: "@")) {
            login = place[..<at]
            place = Substring(place.utf8[at...].dropFirst())
        }
        (user, password) = try Self.read(login: login)
        (host, port) = try Self.read(place: String(place), isSecure: isSecure)
    }

    /// The address without user and password: safe to show.
    public var description: String { "\(isSecure ? "smtps" : "smtp")://\(authority)" }

    /// Host and port.
    var authority: String {
        let isAddress = host.utf8.contains(UInt8(ascii: ":"))
        return "\(isAddress ? "[\(host)]" : host):\(port)"
    }

    private static let malformed = MailError(
        code: .misconfigured,
        message:
            "the URL of the mail server is not usable; expected `smtps://user:password@host:port`"
    )

    /// Host and port are what they are in a URL of the web, which has other ports of its own.
    private static func read(
        place: String,
        isSecure: Bool
    ) throws(MailError) -> (host: String, port: Int) {
        do throws(HTTPError) {
            let url = try HTTPURL("https://\(place)")
            guard url.path == "/", url.query == nil, !url.host.isEmpty else {
                throw .unusableURL("")
            }
            let other = try HTTPURL("http://\(place)")
            return (url.host, url.port ?? other.port ?? (isSecure ? 465 : 587))
        } catch {
            throw malformed
        }
    }

    private static func read(
        login: Substring?
    ) throws(MailError) -> (user: String?, password: Secret?) {
        guard let login else { return (nil, nil) }
        let parts = login.utf8.split(
            separator: UInt8(ascii: ":"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let texts = parts.map { String(decoding: PercentEncoding.decoded($0).bytes, as: UTF8.self) }
        // What is a line's end to the server would begin a command.
        guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }),
            texts.count == 2, !texts[0].isEmpty
        else { throw malformed }
        return (texts[0], Secret(texts[1]))
    }
}

/// A mail that was not sent.
public struct MailError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// The mail cannot be sent as it is.
        case misconfigured
        /// The server cannot be reached, has no TLS, or does not take the mail.
        case failed
        /// The calling task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was asked of whom, what happened, and what to do; never a password.
    public let message: String

    /// The message: safe to show.
    public var description: String { message }
}
