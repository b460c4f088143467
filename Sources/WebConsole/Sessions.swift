import Listening
import Pages
import Synchronization

/// Who has entered, by the cookie that they were given.
final class Sessions: Sendable {
    private struct Session {
        let viewer: Viewer
        let end: ContinuousClock.Instant
    }

    private let sessions = Mutex<[String: Session]>([:])

    /// How long somebody stays who has entered.
    static let length = Duration.seconds(12 * 3600)
    /// The most that stay at once; beyond it the oldest has to enter again.
    static let most = 1_000

    /// Lets somebody in: the value of `Set-Cookie`.
    func begin(_ viewer: Viewer, at origin: WebOrigin) -> String {
        let token = RandomToken.text()
        let session = Session(viewer: viewer, end: .now + Self.length)
        sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.end > .now }
            if sessions.count >= Self.most,
                let oldest = sessions.min(by: { $0.value.end < $1.value.end })
            {
                sessions[oldest.key] = nil
            }
            sessions[TokenBook.digest(token)] = session
        }
        return Self.cookie(token, seconds: Self.length.components.seconds, at: origin)
    }

    /// Lets somebody out: the value of `Set-Cookie`.
    func end(_ request: WebRequest, at origin: WebOrigin) -> String {
        if let token = Self.token(request, at: origin) {
            _ = sessions.withLock { $0.removeValue(forKey: TokenBook.digest(token)) }
        }
        return Self.cookie("", seconds: 0, at: origin)
    }

    private static func cookie(_ value: String, seconds: Int64, at origin: WebOrigin) -> String {
        "\(origin.cookie)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (origin.isSecure ? "; Secure" : "")
    }

    /// Who has entered; `nil` for nobody.
    func viewer(of request: WebRequest, at origin: WebOrigin) -> Viewer? {
        guard let token = Self.token(request, at: origin) else { return nil }
        return sessions.withLock { sessions in
            sessions[TokenBook.digest(token)].flatMap { $0.end > .now ? $0.viewer : nil }
        }
    }

    /// The value of the cookie, RFC 6265, 4.2.1; `nil` where it stands several times.
    private static func token(_ request: WebRequest, at origin: WebOrigin) -> String? {
        let name = origin.cookie
        let cookies = request.values(ofHeader: "Cookie")
            .flatMap { $0.utf8.split(separator: UInt8(ascii: ";")) }
            .map { $0.drop { $0 == UInt8(ascii: " ") } }
            .filter { $0.starts(with: "\(name)=".utf8) }
        guard cookies.count == 1 else { return nil }
        return String(Substring(cookies[0].dropFirst(name.utf8.count + 1)))
    }
}
