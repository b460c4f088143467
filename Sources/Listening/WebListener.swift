internal import CMicroHTTPD
internal import Endpoints
internal import Glibc
internal import Words

/// Answers questions by HTTP in this process: a few pages, each made at once out of what is known.
///
/// It is a thread of libmicrohttpd's, so it answers also when every other thread of the process is busy. It takes GET and
/// HEAD, and refuses requests with more than 16 KiB of fields, more than 64 connections, and who says nothing for ten
/// seconds.
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

    /// Certificate and key in PEM.
    public struct Identity: Sendable {
        let certificate: String
        let key: Secret

        /// An identity for TLS 1.2 and newer.
        public init(certificate: String, key: Secret) {
            self.certificate = certificate
            self.key = key
        }
    }

    // Made once, and used by the library's thread only until it is stopped.
    private nonisolated(unsafe) let daemon: OpaquePointer
    private let context: Unmanaged<Context>

    /// Where it listens.
    public let port: Int

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: Where.
    ///   - identity: What it proves itself with; without one there is no TLS.
    ///   - answer: Is called on the listener's thread, one question at a time, and must not wait.
    /// - Throws: ``ListenerError`` when the address is taken, or is none of this machine's.
    public init(
        _ address: ListenAddress,
        identity: Identity? = nil,
        answer: @escaping @Sendable (Question) -> Answer
    ) throws(ListenerError) {
        let context = Unmanaged.passRetained(Context(answer))
        let started = address.use { socketAddress, isVersion6 in
            var flags = MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_AUTO.rawValue
            if isVersion6 { flags |= MHD_USE_IPv6.rawValue }
            if isVersion6, address.host == nil { flags |= MHD_USE_DUAL_STACK.rawValue }
            return unsafe cmicrohttpd_start(
                flags,
                socketAddress,
                answerRequest,
                context.toOpaque(),
                identity?.certificate,
                identity?.key.revealed
            )
        }
        guard let daemon = unsafe started else {
            let code = errno
            context.release()
            throw ListenerError(address: address, reason: systemMessage(code))
        }
        unsafe self.daemon = unsafe daemon
        self.context = context
        port = Int(unsafe cmicrohttpd_port(daemon))
    }

    deinit {
        unsafe MHD_stop_daemon(daemon)
        context.release()
    }
}

/// Nobody can listen there.
public struct ListenerError: Error, Sendable, CustomStringConvertible {
    let address: ListenAddress
    let reason: String

    /// What and why.
    public var description: String {
        "listening on `\(address)`: \(reason); choose another port or address with `--listen`"
    }
}

private final class Context: Sendable {
    let answer: @Sendable (WebListener.Question) -> WebListener.Answer

    init(_ answer: @escaping @Sendable (WebListener.Question) -> WebListener.Answer) {
        self.answer = answer
    }

    func answer(to method: String, _ path: String, token: String?) -> WebListener.Answer {
        guard ["GET", "HEAD"].contains(method) else {
            return WebListener.Answer(405, "only GET and HEAD\n")
        }
        return answer(WebListener.Question(path: path, token: token))
    }
}

// The library's thread has no executor: a closure would take that of where it is written.
private nonisolated func answerRequest(
    _ pointer: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ path: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ body: UnsafePointer<CChar>?,
    _ bodySize: UnsafeMutablePointer<Int>?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let pointer = unsafe pointer, let path = unsafe path, let method = unsafe method else {
        return MHD_NO
    }
    let context = unsafe Unmanaged<Context>.fromOpaque(pointer).takeUnretainedValue()
    let field = unsafe MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization")
        .map { unsafe String(cString: $0) }
    let answer = unsafe context.answer(
        to: String(cString: method),
        String(cString: path),
        token: bearer(field)
    )
    var bytes = Array(answer.text.utf8)
    guard
        let response = unsafe MHD_create_response_from_buffer(
            bytes.count,
            &bytes,
            MHD_RESPMEM_MUST_COPY
        )
    else { return MHD_NO }
    defer { unsafe MHD_destroy_response(response) }
    unsafe MHD_add_response_header(response, "Content-Type", answer.type)
    unsafe MHD_add_response_header(response, "Cache-Control", "no-store")
    if answer.status == 401 {
        unsafe MHD_add_response_header(response, "WWW-Authenticate", "Bearer")
    }
    return unsafe MHD_queue_response(connection, UInt32(answer.status), response)
}

private func bearer(_ field: String?) -> String? {
    guard let field, field.utf8.count > 7, field.prefix(7).lowercased() == "bearer " else {
        return nil
    }
    return String(field.dropFirst(7))
}
