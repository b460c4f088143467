internal import CMicroHTTPD
internal import Glibc

/// What stands before the content of a request.
struct RequestHead: Sendable {
    private let method: String
    /// The path as it was sent.
    private let path: String
    private let parameters: [WebRequest.Field]
    private let headers: [WebRequest.Field]
    private let peer: String

    init(_ connection: OpaquePointer, method: UnsafePointer<CChar>, path: UnsafePointer<CChar>) {
        unsafe self.method = String(cString: method)
        unsafe self.path = String(cString: path)
        parameters = unsafe Self.fields { unsafe cmicrohttpd_parameters(connection, takeField, $0) }
        headers = unsafe Self.fields { unsafe cmicrohttpd_fields(connection, takeField, $0) }
        unsafe peer = Self.address(cmicrohttpd_peer(connection)) ?? "unknown"
    }

    /// Whether the content comes in chunks, whose lines the library takes in any form.
    var isChunked: Bool { headers.contains { $0.isNamed("Transfer-Encoding") } }

    /// How many bytes of content are announced; zero where none are.
    var announcedSize: Int {
        headers.filter { $0.isNamed("Content-Length") }.map { Int($0.value) ?? .max }.max() ?? 0
    }

    /// The request with its content.
    func request(body: [UInt8]) -> WebRequest {
        let components = path.utf8.split(separator: UInt8(ascii: "/"))
            .map { WebRequest.decoded($0) }
        let decoded = parameters.map { field -> WebRequest.Field? in
            guard let name = WebRequest.decoded(field.name.utf8),
                let value = WebRequest.decoded(field.value.utf8)
            else { return nil }
            return WebRequest.Field(name: name, value: value)
        }
        return WebRequest(
            method: method,
            path: components.compactMap(\.self),
            parameters: decoded.compactMap(\.self),
            headers: headers,
            body: body,
            peer: peer,
            isWellFormed: !components.contains(nil) && !decoded.contains(nil)
        )
    }

    private static func fields(
        _ ask: (UnsafeMutableRawPointer) -> Void
    ) -> [WebRequest.Field] {
        var fields: [WebRequest.Field] = []
        unsafe withUnsafeMutablePointer(to: &fields) { unsafe ask(UnsafeMutableRawPointer($0)) }
        return fields
    }

    /// An address as numbers; one of IPv4 that comes over IPv6 as one of IPv4.
    static func address(_ peer: UnsafePointer<sockaddr>?) -> String? {
        guard let peer = unsafe peer else { return nil }
        let size =
            unsafe Int32(peer.pointee.sa_family) == AF_INET6
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) {
            host -> String? in
            let code = unsafe getnameinfo(
                peer,
                socklen_t(size),
                host.baseAddress,
                socklen_t(host.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            return unsafe code == 0 ? host.baseAddress.map { unsafe String(cString: $0) } : nil
        }
        let mapped = "::ffff:"
        guard let text, text.utf8.starts(with: mapped.utf8) else { return text }
        return String(Substring(text.utf8.dropFirst(mapped.utf8.count)))
    }
}

private nonisolated func takeField(
    _ pointer: UnsafeMutableRawPointer?,
    _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?,
    _ value: UnsafePointer<CChar>?
) -> MHD_Result {
    guard let pointer = unsafe pointer, let name = unsafe name else { return cmicrohttpd_consent() }
    let field = unsafe WebRequest.Field(
        name: String(cString: name),
        value: value.map { unsafe String(cString: $0) } ?? ""
    )
    unsafe pointer.assumingMemoryBound(to: [WebRequest.Field].self).pointee.append(field)
    return cmicrohttpd_consent()
}
