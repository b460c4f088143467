internal import CMicroHTTPD
internal import Glibc

/// Whether a head can be read in one way only (RFC 9112, 2.2, 5.1 and 6.3).
///
/// The library takes more than that. Whoever stands before it may read such a head as other fields, or the bytes behind it as other
/// requests. It ends its texts where they stand in the head, so the bytes between two texts tell what has separated them.
@safe struct HeadFraming {
    /// Whether it can.
    private(set) var isPlain = true
    /// Behind the text that was looked at last.
    private var end: UnsafePointer<CChar>
    private var sizes = 0
    private var encodings = 0

    /// A line ends with CR LF.
    private static let lineEnd = 2

    init(
        _ connection: OpaquePointer,
        method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) {
        unsafe end = version + strlen(version)
        unsafe withUnsafeMutablePointer(to: &self) {
            unsafe cmicrohttpd_fields(connection, lookAtField, UnsafeMutableRawPointer($0))
        }
        let isWhole = unsafe method + cmicrohttpd_head_size(connection) - end == 2 * Self.lineEnd
        let mayBeChunked = unsafe strcmp(version, "HTTP/1.1") == 0
        isPlain =
            isPlain && isWhole && sizes + encodings <= 1 && (encodings == 0 || mayBeChunked)
    }

    fileprivate mutating func look(at name: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>) {
        let followsLine = unsafe name - end == Self.lineEnd
        unsafe end = value + strlen(value)
        let name = unsafe Self.bytes(name)
        let value = unsafe Self.bytes(value)
        isPlain =
            isPlain && followsLine && !name.isEmpty && name.allSatisfy(Self.isOfName)
            && value.allSatisfy(Self.isOfValue)
        if HeaderText.areEqual(name, "content-length".utf8) {
            sizes += 1
            isPlain = isPlain && !value.isEmpty && value.allSatisfy(Self.isDigit)
        }
        if HeaderText.areEqual(name, "transfer-encoding".utf8) {
            encodings += 1
            isPlain = isPlain && HeaderText.areEqual(value, "chunked".utf8)
        }
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

    /// The characters of a token (RFC 9110, 5.6.2).
    private static func isOfName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || isDigit(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static func isOfValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
    }
}

private nonisolated func lookAtField(
    _ pointer: UnsafeMutableRawPointer?,
    _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?,
    _ value: UnsafePointer<CChar>?
) -> MHD_Result {
    guard let pointer = unsafe pointer, let name = unsafe name, let value = unsafe value else {
        return cmicrohttpd_consent()
    }
    unsafe pointer.assumingMemoryBound(to: HeadFraming.self).pointee.look(at: name, value)
    return cmicrohttpd_consent()
}
