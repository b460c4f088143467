internal import CHiredis

/// Replies out of bytes, however these are cut into pieces.
@safe
final class ReplyReader {
    /// The most bytes kept of a reply that is not complete: Redis's own limit of a value.
    private static let largestRest = 512 * 1024 * 1024 + 65_536

    private let reader: UnsafeMutablePointer<redisReader>
    private let server: String

    init(server: String) {
        guard let reader = unsafe redisReaderCreate() else {
            preconditionFailure("hiredis found no memory for a reader")
        }
        unsafe self.reader = unsafe reader
        self.server = server
    }

    deinit {
        unsafe redisReaderFree(reader)
    }

    /// Whether nothing is left of what was fed.
    var isEmpty: Bool { unsafe reader.pointee.pos == reader.pointee.len }

    /// Takes in bytes from the server.
    func feed(_ bytes: [UInt8]) throws(RedisError) {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe redisReaderFeed(
                reader,
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                buffer.count
            )
        }
        guard status == REDIS_OK, unsafe reader.pointee.len <= Self.largestRest else {
            throw violation()
        }
    }

    /// The next reply, or `nil` when its end has not arrived.
    func next() throws(RedisError) -> RedisReply? {
        var object: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else { throw violation() }
        guard let reply = unsafe object else { return nil }
        defer { unsafe freeReplyObject(reply) }
        return unsafe Self.reply(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private func violation() -> RedisError {
        let reason = unsafe withUnsafeBytes(of: &reader.pointee.errstr) { text in
            unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        return .protocolViolation(reason.isEmpty ? "a reply has no end" : reason, server: server)
    }

    private static func reply(_ source: redisReply) -> RedisReply {
        switch unsafe source.type {
        case REDIS_REPLY_STATUS: return .status(unsafe text(of: source))
        case REDIS_REPLY_ERROR: return .error(.server(unsafe text(of: source)))
        case REDIS_REPLY_INTEGER: return .integer(Int(unsafe source.integer))
        case REDIS_REPLY_STRING: return .bytes(unsafe bytes(of: source))
        case REDIS_REPLY_ARRAY: return .array(unsafe elements(of: source))
        default: return .null
        }
    }

    private static func elements(of source: redisReply) -> [RedisReply] {
        unsafe UnsafeBufferPointer(start: source.element, count: source.elements)
            .map { element in
                unsafe element.map { unsafe reply($0.pointee) } ?? .null
            }
    }

    private static func bytes(of source: redisReply) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: source.str, count: source.len))
    }

    private static func text(of source: redisReply) -> String {
        unsafe String(decoding: bytes(of: source), as: UTF8.self)
    }
}
