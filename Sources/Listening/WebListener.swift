internal import CMicroHTTPD
internal import Synchronization

/// Answers questions by HTTP in this process: a few pages, each made at once out of what is known.
///
/// It is a thread of libmicrohttpd's, so it answers also when every other thread of the process is busy. It takes GET and
/// HEAD, and refuses requests with more than 16 KiB of fields. Who sends no whole request is left as by a ``WebServer``.
@safe
public final class WebListener: Sendable {
    /// What somebody asks.
    public struct Question: Sendable {
        /// The path, without what stands behind `?`.
        public let path: String
        /// The token of `Authorization: Bearer`; `nil` without one.
        public let token: String?
    }

    /// What is said to that.
    public struct Answer: Sendable {
        /// The status.
        public var status: Int
        /// The media type.
        public var type: String
        /// The text.
        public var text: String

        /// An answer; a line of text says how things are.
        public init(_ status: Int, _ text: String, type: String = "text/plain; charset=utf-8") {
            self.status = status
            self.type = type
            self.text = text
        }
    }

    private let daemon: Mutex<ListeningDaemon?>

    /// Where it listens.
    public let port: Int

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: Where.
    ///   - identity: What it proves itself with; without one there is no TLS.
    ///   - answer: Is called on the listener's thread, one question at a time, and must not wait.
    /// - Throws: ``ListenerError`` when the address is taken, or is none of this machine's, and for an identity that is none.
    public init(
        _ address: ListenAddress,
        identity: WebIdentity? = nil,
        answer: @escaping @Sendable (Question) -> Answer
    ) throws(ListenerError) {
        let daemon = try ListeningDaemon(
            address,
            identity: identity,
            patience: ListeningPatience(),
            Context(answer)
        )
        port = daemon.port
        self.daemon = Mutex(daemon)
    }

    deinit { close() }

    /// Listens no more; who is being answered is waited for.
    public func close() {
        let daemon = daemon.withLock { daemon in
            defer { daemon = nil }
            return daemon
        }
        daemon?.stop()
    }
}

private final class Context: RequestHandler {
    static let maySuspend = false
    private let answer: @Sendable (WebListener.Question) -> WebListener.Answer

    init(_ answer: @escaping @Sendable (WebListener.Question) -> WebListener.Answer) {
        self.answer = answer
    }

    /// Answers when the head is there: what these pages are asked by has no content.
    func take(_ part: RequestPart) -> MHD_Result {
        let field = unsafe cmicrohttpd_field(part.connection, "Authorization")
            .map { unsafe String(cString: $0) }
        let answer = unsafe answer(
            to: String(cString: part.method),
            String(cString: part.path),
            token: bearer(field)
        )
        var response = WebResponse(answer.status, Array(answer.text.utf8), type: answer.type)
        response.add("Cache-Control", "no-store")
        if answer.status == 401 { response.add("WWW-Authenticate", "Bearer") }
        return unsafe ConnectionHandle(part.connection, isLast: false).queue(response)
    }

    private func answer(
        to method: String,
        _ path: String,
        token: String?
    ) -> WebListener.Answer {
        guard ["GET", "HEAD"].contains(method) else {
            return WebListener.Answer(405, "only GET and HEAD\n")
        }
        return answer(WebListener.Question(path: path, token: token))
    }
}

/// What stands behind `Bearer`, RFC 6750, 2.1.
private func bearer(_ field: String?) -> String? {
    let scheme = "bearer ".utf8
    guard let field, field.utf8.count > scheme.count,
        HeaderText.areEqual(field.utf8.prefix(scheme.count), scheme)
    else { return nil }
    return String(Substring(field.utf8.dropFirst(scheme.count)))
}
