internal import CCurl
internal import Endpoints
internal import Glibc

/// One request and its answer, as far as it has come.
final class Transfer: Exchange {
    let request: HTTPRequest
    private(set) var head = ResponseHead()
    /// Whether the address that libcurl connects to is a proxy's, which the environment has named.
    private let isProxied: Bool
    private var buffer: [UInt8] = []
    private var refusal: HTTPError?
    private var result: CURLcode?

    /// From so many bytes on that nobody has taken, the connection is left alone.
    private static let most = 256 << 10

    /// Prepares a request.
    ///
    /// - Throws: ``HTTPError`` for what may not or cannot be sent.
    init(_ request: HTTPRequest, _ configuration: HTTPConfiguration) throws(HTTPError) {
        self.request = request
        let proxy = configuration.proxies.proxy(for: request.url)
        isProxied = proxy != nil
        try Self.requireAllowed(request, configuration, isProxied: isProxied)
        try super.init(sending: request.body, reach: configuration.reach)
        easy.set(CURLOPT_PROXY, proxy?.revealed ?? "")
        easy.set(CURLOPT_NOPROXY, isProxied ? "" : "*")
        easy.set(fields: try request.fields.lines() + ["Expect:"])
        easy.prepare(request, configuration)
        listen()
    }

    /// Whether nothing more will come.
    var hasEnded: Bool { result != nil }
    /// Whether there are bytes to take.
    var hasBytes: Bool { !buffer.isEmpty }

    /// Called when libcurl is done with it.
    func end(_ code: CURLcode) { result = code }

    /// The bytes that have come; none when there are none.
    func take() -> [UInt8] {
        defer { buffer = [] }
        return buffer
    }

    /// - Throws: ``HTTPError``, when it has ended badly.
    func requireGood() throws(HTTPError) {
        if let refusal { throw refusal }
        guard let result, result != CurlCode.success else { return }
        if isAddressRefused, result == CurlCode.notConnected { throw .addressRefused(request) }
        let reason = easy.reason(of: result, inDetail: !isProxied)
        let code = CurlCode.meaning(result, detail: easy.detail)
        throw .failed(request, code: code, reason: reason)
    }

    /// Refuses what is to be asked neither here nor so.
    ///
    /// A proxy finds the address by itself: then at least a host that is one is judged. Else the address is
    /// judged that is connected to.
    private static func requireAllowed(
        _ request: HTTPRequest,
        _ configuration: HTTPConfiguration,
        isProxied: Bool
    ) throws(HTTPError) {
        if isProxied, let range = NetworkRange(host: request.url.host),
            !configuration.reach.covers(range)
        {
            throw .addressRefused(request)
        }
        let isSafe =
            request.url.isSecure || configuration.allowsPlaintext
            || configuration.reach == .metadata
        guard isSafe || NetworkRange.isThisMachine(request.url.host) else {
            throw .plaintextRefused(request)
        }
    }

    private func listen() {
        let size = sending.count
        if size > 0 || !["GET", "HEAD", "DELETE"].contains(request.method) {
            easy.set(CURLOPT_UPLOAD, 1)
            easy.set(large: CURLOPT_INFILESIZE_LARGE, size)
        }
        let pointer = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe easy.withPointer { handle in
            _ = unsafe ccurl_set_receiver(handle, CURLOPT_HEADERFUNCTION, takeLine)
            _ = unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, pointer)
            _ = unsafe ccurl_set_receiver(handle, CURLOPT_WRITEFUNCTION, takeBody)
            _ = unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, pointer)
            _ = unsafe ccurl_set_seeker(handle, seekBody)
            _ = unsafe ccurl_set_pointer(handle, CURLOPT_SEEKDATA, pointer)
        }
    }

    override func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = unsafe super.read(into: target)
        if count == ccurl_abort_sending() {
            refusal = .invalidInput("a file that it sends cannot be read, or has become shorter")
        }
        return count
    }

    override func allows(_ address: [UInt8]) -> Bool { isProxied || super.allows(address) }
}

extension Transfer {
    /// - Returns: How many bytes were taken; another number ends the transfer.
    fileprivate func take(line: [UInt8]) -> Int {
        head.take(line)
        guard head.size <= request.limits.head else {
            refusal = .tooLarge(limit: request.limits.head, what: "head")
            return 0
        }
        return line.count
    }

    /// - Returns: How many bytes were taken, or that they are to come again later.
    fileprivate func take(body bytes: UnsafeRawBufferPointer) -> Int {
        // libcurl reads a status that is none to us, such as that of `HTTP/1.1 200OK`.
        guard head.isComplete else {
            let reason = "the answer has no usable status"
            refusal = .failed(request, code: .protocolViolation, reason: reason)
            return 0
        }
        if buffer.count >= Self.most { return ccurl_pause_receiving() }
        unsafe buffer.append(contentsOf: bytes)
        return bytes.count
    }

    fileprivate func seek(to position: Int) -> Bool { sending.seek(to: position) }
}

private func transfer(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
    unsafe pointer.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func takeLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let line = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))
    return unsafe transfer(pointer)?.take(line: line) ?? 0
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let body = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(pointer)?.take(body: body) ?? 0
}

private func seekBody(
    _ pointer: UnsafeMutableRawPointer?,
    _ position: curl_off_t,
    _ origin: Int32
) -> Int32 {
    let isDone =
        unsafe origin == SEEK_SET && transfer(pointer)?.seek(to: Int(position)) == true
    return isDone ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
}
