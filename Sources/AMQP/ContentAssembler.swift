import CRabbitMQ

/// Puts messages together from their frames: method, header, any number of body parts.
///
/// With one channel per connection the frames of two messages never mix.
struct ContentAssembler {
    private enum State {
        case idle
        case expectingHeader(Incoming)
        case expectingBody(Incoming, missing: Int)
    }

    private let maximumBodySize: Int
    private var state = State.idle

    init(maximumBodySize: Int) {
        self.maximumBodySize = maximumBodySize
    }

    /// Takes the method that announces a message.
    mutating func begin(_ message: Incoming) {
        state = .expectingHeader(message)
    }

    /// Takes a frame that is no method; the message when that was its last.
    mutating func take(_ frame: amqp_frame_t) throws(AMQPError) -> Incoming? {
        let type = unsafe Int32(frame.frame_type)
        switch (state, type) {
        case (.expectingHeader(var message), AMQP_FRAME_HEADER):
            let size = unsafe Int(clamping: frame.payload.properties.body_size)
            message.update { unsafe Self.readHeader(frame, into: &$0) }
            return advance(message, missing: size)
        case (.expectingBody(var message, let missing), AMQP_FRAME_BODY):
            let part = unsafe [UInt8](copying: frame.payload.body_fragment)
            let limit = maximumBodySize
            message.update { $0.body += part.prefix(max(0, limit - $0.body.count)) }
            return advance(message, missing: missing - part.count)
        default:
            throw .lost("the broker sent frame type \(type) where none was expected")
        }
    }

    private mutating func advance(_ message: Incoming, missing: Int) -> Incoming? {
        state = missing > 0 ? .expectingBody(message, missing: missing) : .idle
        return missing > 0 ? nil : message
    }

    private static func readHeader(_ frame: amqp_frame_t, into content: inout Incoming.Content) {
        content.size = unsafe Int(clamping: frame.payload.properties.body_size)
        guard
            let properties = unsafe frame.payload.properties.decoded?
                .assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
        else { return }
        let flags = unsafe Int32(bitPattern: properties._flags)
        if flags & AMQP_BASIC_HEADERS_FLAG != 0 {
            content.headers = unsafe AMQPTable(copying: properties.headers)
        }
        if flags & AMQP_BASIC_CONTENT_TYPE_FLAG != 0 {
            content.contentType = unsafe String(copying: properties.content_type)
        }
    }
}

extension Incoming {
    fileprivate mutating func update(_ change: (inout Content) -> Void) {
        switch self {
        case .delivery(let consumer, let tag, let isRedelivered, var content):
            change(&content)
            self = .delivery(
                consumer: consumer,
                tag: tag,
                isRedelivered: isRedelivered,
                content: content
            )
        case .returned(let replyCode, let text, var content):
            change(&content)
            self = .returned(replyCode: replyCode, text: text, content: content)
        default:
            break
        }
    }
}
