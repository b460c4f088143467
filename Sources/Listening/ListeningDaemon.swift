internal import CMicroHTTPD
internal import Endpoints
internal import Glibc

/// What answers the requests that a daemon gets, on the daemon's thread.
protocol RequestHandler: AnyObject, Sendable {
    /// Whether a request may wait while others are answered.
    static var maySuspend: Bool { get }

    /// Takes a part of a request: first its head, then its content in pieces, then its end, and its end again whenever its
    /// connection was suspended.
    func take(_ part: RequestPart) -> MHD_Result
}

/// A part of a request.
@unsafe struct RequestPart {
    let connection: OpaquePointer
    let path: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>
    /// A piece of the content; empty for the head and the end.
    let body: UnsafeRawBufferPointer
    /// What is kept from part to part; it is released with the request.
    let state: UnsafeMutablePointer<UnsafeMutableRawPointer?>
}

/// A daemon of libmicrohttpd, which listens on a thread of its own.
///
/// Whoever starts it stops it, and keeps the handler until then.
@safe struct ListeningDaemon: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let handler: Unmanaged<HandlerBox>
    private let watch: Task<Void, Never>

    /// The port that it listens at.
    var port: Int { Int(unsafe cmicrohttpd_port(pointer)) }

    /// Begins to listen.
    ///
    /// - Throws: ``ListenerError`` when the address is taken, or is none of this machine's, and for an identity that is none.
    init(
        _ address: ListenAddress,
        identity: WebIdentity?,
        patience: ListeningPatience,
        _ handler: some RequestHandler
    ) throws(ListenerError) {
        let watch = ConnectionWatch(patience)
        let box = unsafe Unmanaged.passRetained(HandlerBox(handler, watch))
        var daemon = unsafe Self.start(address, asVersion6: address.isVersion6, identity, box)
        var code = errno
        // All addresses are those of IPv4 where the kernel knows no others.
        if unsafe daemon == nil, address.host == nil, code == EAFNOSUPPORT {
            unsafe daemon = unsafe Self.start(address, asVersion6: false, identity, box)
            code = errno
        }
        guard let daemon = unsafe daemon else {
            unsafe box.release()
            throw ListenerError(address: address, code: code, hasIdentity: identity != nil)
        }
        unsafe pointer = unsafe daemon
        unsafe self.handler = unsafe box
        self.watch = Task { await watch.run() }
    }

    /// Listens no more; who is being answered is waited for.
    func stop() {
        unsafe MHD_stop_daemon(pointer)
        watch.cancel()
        unsafe handler.release()
    }

    private static func start(
        _ address: ListenAddress,
        asVersion6 isVersion6: Bool,
        _ identity: WebIdentity?,
        _ box: Unmanaged<HandlerBox>
    ) -> OpaquePointer? {
        unsafe address.use(asVersion6: isVersion6) { socketAddress in
            var flags = MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_AUTO.rawValue
            if isVersion6 { flags |= MHD_USE_IPv6.rawValue }
            if isVersion6, address.host == nil { flags |= MHD_USE_DUAL_STACK.rawValue }
            let handler = unsafe box.takeUnretainedValue().handler
            if type(of: handler).maySuspend { flags |= MHD_ALLOW_SUSPEND_RESUME.rawValue }
            return unsafe cmicrohttpd_start(
                flags,
                socketAddress,
                takePart,
                endRequest,
                noteConnection,
                box.toOpaque(),
                identity?.certificate,
                identity?.key.revealed
            )
        }
    }
}

/// A handler as the library carries it.
private final class HandlerBox: Sendable {
    let handler: any RequestHandler
    let watch: ConnectionWatch

    init(_ handler: any RequestHandler, _ watch: ConnectionWatch) {
        self.handler = handler
        self.watch = watch
    }
}

// The library's thread has no executor: closures would take that of where they are written.

private nonisolated func takePart(
    _ pointer: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ path: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ body: UnsafePointer<CChar>?,
    _ bodySize: UnsafeMutablePointer<Int>?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let pointer = unsafe pointer, let connection = unsafe connection,
        let path = unsafe path, let method = unsafe method, let version = unsafe version,
        let state = unsafe state, let bodySize = unsafe bodySize
    else { return cmicrohttpd_refusal() }
    let box = unsafe Unmanaged<HandlerBox>.fromOpaque(pointer).takeUnretainedValue()
    let part = unsafe RequestPart(
        connection: connection,
        path: path,
        method: method,
        body: UnsafeRawBufferPointer(start: body, count: bodySize.pointee),
        state: state
    )
    if unsafe state.pointee == nil {
        box.watch.headIsWhole(ConnectionID(bitPattern: connection))
        guard unsafe HeadFraming(connection, method: method, version: version).isPlain else {
            return unsafe refuseHead(connection)
        }
    } else if unsafe part.body.isEmpty {
        box.watch.requestIsWhole(ConnectionID(bitPattern: connection))
    }
    // Each part is taken whole.
    unsafe bodySize.pointee = 0
    return unsafe box.handler.take(part)
}

/// Nothing that follows is believed.
private nonisolated func refuseHead(_ connection: OpaquePointer) -> MHD_Result {
    let words = "the head of the request can be read in several ways (RFC 9112)\n"
    return unsafe ConnectionHandle(connection, isLast: true).queue(WebResponse(400, text: words))
}

/// The request has been answered, or its connection is gone.
private nonisolated func endRequest(
    _ pointer: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ reason: MHD_RequestTerminationCode
) {
    if let pointer = unsafe pointer, let connection = unsafe connection {
        let box = unsafe Unmanaged<HandlerBox>.fromOpaque(pointer).takeUnretainedValue()
        box.watch.isAnswered(ConnectionID(bitPattern: connection))
    }
    guard let state = unsafe state, let known = unsafe state.pointee else { return }
    unsafe state.pointee = nil
    unsafe Unmanaged<AnyObject>.fromOpaque(known).release()
}

/// A connection is there, or has ended.
private nonisolated func noteConnection(
    _ pointer: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_ConnectionNotificationCode
) {
    guard let pointer = unsafe pointer, let connection = unsafe connection else { return }
    let box = unsafe Unmanaged<HandlerBox>.fromOpaque(pointer).takeUnretainedValue()
    let id = ConnectionID(bitPattern: connection)
    guard cmicrohttpd_has_started(code) != 0 else { return box.watch.leave(id) }
    unsafe box.watch.arrive(
        id,
        on: cmicrohttpd_socket(connection),
        from: RequestHead.address(cmicrohttpd_peer(connection)) ?? "unknown"
    )
}
