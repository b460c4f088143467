import CRabbitMQ
import Glibc

/// One connection to the broker with its only channel; used by one thread at a time.
///
/// librabbitmq can drop frames of one channel while it waits for a reply on another, so there is
/// never a second one.
@safe final class Channel {
    static let number: amqp_channel_t = 1

    let handle: ConnectionHandle
    let configuration: AMQPConfiguration
    private let socket: SocketGuard
    private var assembler: ContentAssembler
    private var isUsable = true

    /// Connects, logs in and opens the channel.
    init(_ configuration: AMQPConfiguration) throws(AMQPError) {
        self.configuration = configuration
        handle = ConnectionHandle()
        assembler = ContentAssembler(maximumBodySize: configuration.maximumBodySize)
        socket = try Handshake(handle: handle, configuration: configuration).perform()
        try open()
    }

    // MARK: Calls

    /// What a call into the library needs; not to be kept.
    @safe struct Call {
        let state: amqp_connection_state_t
        let arguments = ArgumentMemory()
    }

    /// Sends a request and waits for its reply; `nil` from `request` means that it failed.
    ///
    /// After a refusal that closes the channel a new one is opened, so the connection stays usable.
    func exchange<Reply>(
        _ doing: String,
        _ request: (Call) -> Reply?
    ) throws(AMQPError) -> Reply {
        try requireUsable()
        let call = unsafe Call(state: handle.state)
        let reply = socket.watching(for: configuration.operationTimeout + .seconds(1)) {
            request(call)
        }
        defer { unsafe amqp_maybe_release_buffers(handle.state) }
        guard let reply else { throw try failure(of: doing) }
        return reply
    }

    /// Sends a method that has no reply; `send` gives the library's status.
    func send(
        _ doing: String,
        _ send: (Call) -> Int32
    ) throws(AMQPError) {
        try requireUsable()
        let call = unsafe Call(state: handle.state)
        let status = socket.watching(for: configuration.stallLimit) { send(call) }
        guard status == AMQP_STATUS_OK.rawValue else {
            isUsable = false
            throw .failed(doing, status: status)
        }
    }

    private func requireUsable() throws(AMQPError) {
        guard isUsable else { throw .lost("it broke in an earlier call") }
    }

    private func failure(of doing: String) throws(AMQPError) -> AMQPError {
        let reply = unsafe amqp_get_rpc_reply(handle.state)
        switch unsafe reply.reply_type {
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            let close = unsafe ServerClose(reply.reply)
            let error = AMQPError.refused(doing, replyCode: close.replyCode, text: close.text)
            acknowledge(close)
            if !close.isConnection { try open() }
            return error
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            isUsable = false
            return .failed(doing, status: unsafe reply.library_error)
        default:
            isUsable = false
            return .lost("no reply").prefixed(doing)
        }
    }

    private func open() throws(AMQPError) {
        _ = try exchange("opening a channel") { call in
            unsafe amqp_channel_open(call.state, Self.number).map { _ in true }
        }
    }

    private func acknowledge(_ close: ServerClose) {
        if close.isConnection {
            isUsable = false
            var method = amqp_connection_close_ok_t()
            _ = unsafe amqp_send_method(handle.state, 0, crabbitmq_connection_close_ok, &method)
        } else {
            var method = amqp_channel_close_ok_t()
            _ = unsafe amqp_send_method(
                handle.state,
                Self.number,
                crabbitmq_channel_close_ok,
                &method
            )
        }
    }

    // MARK: Frames

    /// Waits until the broker says something, the bell rings, or half a second is over.
    ///
    /// ``receive()`` must have returned `nil` before: the library has its own buffer.
    func wait(for bell: Doorbell) {
        var waits = [
            pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = unsafe poll(&waits, nfds_t(waits.count), 500)
        if waits[1].revents != 0 { bell.silence() }
    }

    /// The next thing the broker has said, without waiting; `nil` when there is nothing.
    ///
    /// Every call also sends the heartbeat when it is time, and notices that the broker is silent.
    func receive() throws(AMQPError) -> Incoming? {
        try requireUsable()
        let state = unsafe handle.state
        while true {
            var frame = unsafe amqp_frame_t()
            var noTime = timeval(.zero)
            let status = socket.watching(for: configuration.stallLimit) {
                unsafe amqp_simple_wait_frame_noblock(state, &frame, &noTime)
            }
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            guard status == AMQP_STATUS_OK.rawValue else {
                isUsable = false
                throw .failed("listening to the broker", status: status)
            }
            defer { unsafe amqp_maybe_release_buffers(state) }
            if let incoming = try unsafe accept(frame) { return incoming }
        }
    }

    private func accept(_ frame: amqp_frame_t) throws(AMQPError) -> Incoming? {
        guard unsafe Int32(frame.frame_type) == AMQP_FRAME_METHOD else {
            return try unsafe assembler.take(frame)
        }
        let method = unsafe frame.payload.method
        switch unsafe method.id {
        case crabbitmq_connection_close, crabbitmq_channel_close:
            let close = unsafe ServerClose(method)
            acknowledge(close)
            isUsable = false
            throw .refused(
                "listening to the broker",
                replyCode: close.replyCode,
                text: close.text
            )
        case crabbitmq_basic_deliver, crabbitmq_basic_return:
            if let message = unsafe Incoming(announcedBy: method) { assembler.begin(message) }
            return nil
        default:
            return unsafe Incoming(method)
        }
    }

    // MARK: End

    /// Says goodbye to the broker, which thereby has seen everything sent before.
    func close() {
        guard isUsable else { return }
        isUsable = false
        socket.watching(for: configuration.attemptTimeout) {
            _ = unsafe amqp_channel_close(handle.state, Self.number, AMQP_REPLY_SUCCESS)
            _ = unsafe amqp_connection_close(handle.state, AMQP_REPLY_SUCCESS)
        }
    }
}
