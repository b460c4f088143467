internal import CMicroHTTPD
internal import Endpoints
internal import Glibc

/// A daemon of libmicrohttpd, which listens on a thread of its own.
///
/// Whoever starts it stops it.
@safe struct ListeningDaemon: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// The port that it listens at.
    var port: Int { Int(unsafe cmicrohttpd_port(pointer)) }

    /// What it calls for each request, on its thread.
    @unsafe struct Handler {
        let answer: MHD_AccessHandlerCallback
        var completed: MHD_RequestCompletedCallback?
        /// Whether a request may wait while others are answered.
        var maySuspend = false
        /// What both are handed.
        let context: UnsafeMutableRawPointer
    }

    /// Begins to listen.
    ///
    /// - Throws: ``ListenerError`` when the address is taken, or is none of this machine's, and for an identity that is none.
    init(
        _ address: ListenAddress,
        identity: WebIdentity?,
        _ handler: Handler
    ) throws(ListenerError) {
        var daemon = unsafe Self.start(address, asVersion6: address.isVersion6, identity, handler)
        var code = errno
        // All addresses are those of IPv4 where the kernel knows no others.
        if unsafe daemon == nil, address.host == nil, code == EAFNOSUPPORT {
            unsafe daemon = unsafe Self.start(address, asVersion6: false, identity, handler)
            code = errno
        }
        guard let daemon = unsafe daemon else {
            throw ListenerError(address: address, code: code, hasIdentity: identity != nil)
        }
        unsafe pointer = unsafe daemon
    }

    /// Listens no more; who is being answered is waited for.
    func stop() { unsafe MHD_stop_daemon(pointer) }

    private static func start(
        _ address: ListenAddress,
        asVersion6 isVersion6: Bool,
        _ identity: WebIdentity?,
        _ handler: Handler
    ) -> OpaquePointer? {
        unsafe address.use(asVersion6: isVersion6) { socketAddress in
            var flags = MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_AUTO.rawValue
            if isVersion6 { flags |= MHD_USE_IPv6.rawValue }
            if isVersion6, address.host == nil { flags |= MHD_USE_DUAL_STACK.rawValue }
            if unsafe handler.maySuspend { flags |= MHD_ALLOW_SUSPEND_RESUME.rawValue }
            return unsafe cmicrohttpd_start(
                flags,
                socketAddress,
                handler.answer,
                handler.completed,
                handler.context,
                identity?.certificate,
                identity?.key.revealed
            )
        }
    }
}
