internal import CMicroHTTPD
internal import Synchronization

/// A connection of libmicrohttpd's.
///
/// It lives as long as the exchange on it: the library tells the exchange's end before it frees the connection, and a
/// connection that is suspended does not end.
@safe struct ConnectionHandle: @unchecked Sendable {
    private let pointer: OpaquePointer
    /// Whether it takes no other request.
    private let isLast: Bool

    init(_ pointer: OpaquePointer, isLast: Bool) {
        unsafe self.pointer = unsafe pointer
        self.isLast = isLast
    }

    /// The library's thread leaves the connection alone, until it is resumed.
    func suspend() { unsafe MHD_suspend_connection(pointer) }

    func resume() { unsafe MHD_resume_connection(pointer) }

    /// Queues an answer; `exchanges` end it where it is a stream, which without them is refused.
    func queue(_ response: WebResponse, of exchanges: Exchanges? = nil) -> MHD_Result {
        guard let handle = unsafe response.handle(on: self, of: exchanges) else {
            return cmicrohttpd_refusal()
        }
        defer { unsafe MHD_destroy_response(handle) }
        if isLast { _ = unsafe MHD_add_response_header(handle, "Connection", "close") }
        for field in response.headers {
            _ = unsafe MHD_add_response_header(handle, field.name, field.value)
        }
        return unsafe MHD_queue_response(pointer, UInt32(response.status), handle)
    }
}

/// A request, and what becomes of it.
final class Exchange: Sendable {
    private struct State {
        var body: [UInt8] = []
        var response: WebResponse?
    }

    let connection: ConnectionHandle
    private let head: RequestHead
    private let state = Mutex(State())

    init(_ head: RequestHead, on connection: ConnectionHandle) {
        self.head = head
        self.connection = connection
    }

    /// Whether more content is announced than a request may have.
    var isTooLarge: Bool { head.announcedSize > WebServer.largestBody }

    /// Takes a piece of the content.
    ///
    /// - Returns: `false` when there is more than a request may have.
    func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            guard state.body.count + piece.count <= WebServer.largestBody else { return false }
            unsafe state.body += piece
            return true
        }
    }

    /// The whole request.
    func request() -> WebRequest { head.request(body: state.withLock(\.body)) }

    /// What is answered, when that is known.
    var response: WebResponse? { state.withLock(\.response) }

    func answer(_ response: WebResponse) { state.withLock { $0.response = response } }
}

/// The requests that are being answered.
final class Exchanges: RequestHandler {
    static let maySuspend = true

    private struct State {
        var tasks: [ObjectIdentifier: Task<Void, Never>] = [:]
        var streams: [ObjectIdentifier: ResponseStream] = [:]
        /// Answers a request; `nil` while the server starts, and when it has ended.
        var respond: (@Sendable (WebRequest) async -> WebResponse)?
        var hasEnded = false
    }

    private let state = Mutex(State())

    func serve(_ respond: @escaping @Sendable (WebRequest) async -> WebResponse) {
        state.withLock { $0.respond = respond }
    }

    func take(_ part: RequestPart) -> MHD_Result {
        guard let known = unsafe part.state.pointee else {
            let head = unsafe RequestHead(part.connection, method: part.method, path: part.path)
            let connection = unsafe ConnectionHandle(part.connection, isLast: head.isChunked)
            let exchange = Exchange(head, on: connection)
            unsafe part.state.pointee = Unmanaged.passRetained(exchange).toOpaque()
            guard exchange.isTooLarge else { return cmicrohttpd_consent() }
            let words = "a request has at most \(WebServer.largestBody) bytes\n"
            return exchange.connection.queue(WebResponse(413, text: words), of: self)
        }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
        guard unsafe part.body.isEmpty else {
            // What tells no length is cut off where it is too much.
            return unsafe exchange.receive(part.body)
                ? cmicrohttpd_consent() : cmicrohttpd_refusal()
        }
        return proceed(exchange)
    }

    /// Says what there is to say, or suspends the connection until there is something.
    private func proceed(_ exchange: Exchange) -> MHD_Result {
        if let response = exchange.response {
            return exchange.connection.queue(response, of: self)
        }
        guard ask(exchange.request(), in: exchange) else {
            let response = WebResponse(503, text: "the server starts, or ends\n")
            return exchange.connection.queue(response, of: self)
        }
        return cmicrohttpd_consent()
    }

    /// Keeps a stream, to end it with the server.
    func add(_ stream: ResponseStream) {
        let hasEnded = state.withLock { state in
            state.streams[ObjectIdentifier(stream)] = stream
            return state.hasEnded
        }
        if hasEnded { stream.end() }
    }

    /// Keeps a stream no more, which nobody reads.
    func remove(_ stream: ResponseStream) {
        state.withLock { $0.streams[ObjectIdentifier(stream)] = nil }
        stream.end()
    }

    /// Has a task find the answer; `false` when no more are begun.
    private func ask(_ request: WebRequest, in exchange: Exchange) -> Bool {
        state.withLock { state in
            guard let respond = state.respond else { return false }
            exchange.connection.suspend()
            state.tasks[ObjectIdentifier(exchange)] = Task {
                exchange.answer(await respond(request))
                finish(exchange)
            }
            return true
        }
    }

    private func finish(_ exchange: Exchange) {
        state.withLock { state in
            state.tasks[ObjectIdentifier(exchange)] = nil
            // Under the lock: whoever ends the daemon has seen the task gone only when its connection runs again.
            exchange.connection.resume()
        }
    }

    /// Begins nothing more, and waits until every connection runs again.
    func end() async {
        let tasks = state.withLock { state in
            state.hasEnded = true
            state.respond = nil
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        for stream in state.withLock({ Array($0.streams.values) }) { stream.end() }
    }
}
