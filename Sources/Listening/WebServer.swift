internal import CMicroHTTPD
internal import Synchronization

/// Answers requests by HTTP in this process, each by a task of its own that may wait.
///
/// It refuses requests with more than 16 KiB of header fields or 64 KiB of content, more than 64 connections (32 from one
/// address), and who says nothing for ten seconds.
@safe
public final class WebServer: Sendable {
    /// The most that the content of a request may have, in bytes.
    public static let largestBody = 64 << 10

    private let exchanges: Exchanges
    private let daemon: Mutex<ListeningDaemon?>

    /// Where it listens.
    public let port: Int

    /// Begins to listen; until ``serve(_:)`` each request is told that the server starts.
    ///
    /// - Parameters:
    ///   - address: Where.
    ///   - identity: What it proves itself with; without one there is no TLS.
    /// - Throws: ``ListenerError`` when the address is taken, or is none of this machine's, and for an identity that is none.
    public init(
        _ address: ListenAddress,
        identity: WebIdentity? = nil
    ) throws(ListenerError) {
        exchanges = Exchanges()
        let pointer = unsafe Unmanaged.passUnretained(exchanges).toOpaque()
        let daemon = try unsafe ListeningDaemon(
            address,
            identity: identity,
            ListeningDaemon.Handler(
                answer: takePart,
                completed: endExchange,
                maySuspend: true,
                context: pointer
            )
        )
        port = daemon.port
        self.daemon = Mutex(daemon)
    }

    /// From now on requests are answered by this, which is cancelled when the server closes.
    public func serve(_ respond: @escaping @Sendable (WebRequest) async -> WebResponse) {
        exchanges.serve(respond)
    }

    /// Listens no more: cancels what is being answered, and waits until that has ended.
    ///
    /// A server is closed before it is let go of.
    public func close() async {
        await exchanges.end()
        let daemon = daemon.withLock { daemon in
            defer { daemon = nil }
            return daemon
        }
        daemon?.stop()
    }

    deinit {
        precondition(daemon.withLock { $0 == nil }, "a web server is closed before it is let go of")
    }
}

// The library's thread has no executor: closures would take that of where they are written.

/// A request comes in parts: first its head, then its content in pieces, then its end, and its end again when a response is
/// there.
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
        let path = unsafe path, let method = unsafe method,
        let state = unsafe state, let bodySize = unsafe bodySize
    else { return cmicrohttpd_refusal() }
    guard let known = unsafe state.pointee else {
        let head = unsafe RequestHead(connection, method: method, path: path)
        let exchange = unsafe Exchange(head, on: ConnectionHandle(connection))
        unsafe state.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return cmicrohttpd_consent()
    }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    if let body = unsafe body, unsafe bodySize.pointee > 0 {
        unsafe exchange.receive(UnsafeRawBufferPointer(start: body, count: bodySize.pointee))
        unsafe bodySize.pointee = 0
        return cmicrohttpd_consent()
    }
    let exchanges = unsafe Unmanaged<Exchanges>.fromOpaque(pointer).takeUnretainedValue()
    return exchanges.proceed(exchange)
}

/// The request has been answered, or its connection is gone.
private nonisolated func endExchange(
    _ pointer: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ reason: MHD_RequestTerminationCode
) {
    guard let state = unsafe state, let known = unsafe state.pointee else { return }
    unsafe state.pointee = nil
    unsafe Unmanaged<Exchange>.fromOpaque(known).release()
}
