internal import CCurl
internal import Glibc

/// What a request and a mail have in common: what is sent, and whom libcurl may connect to.
///
/// libcurl calls it back on the client's thread, within ``MultiHandle/advance()``.
class Exchange {
    let easy: EasyHandle
    let sending: OutgoingBody
    private let reach: Reach
    /// Whether an address of the host was refused; another one may still answer.
    private(set) var isAddressRefused = false

    /// Prepares what is asked and sent.
    ///
    /// - Throws: ``HTTPError`` when the body cannot be sent.
    init(sending body: HTTPRequest.Body, reach: Reach) throws(HTTPError) {
        self.reach = reach
        sending = try OutgoingBody(body)
        easy = try EasyHandle()
        let pointer = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe easy.withPointer { handle in
            _ = unsafe ccurl_set_reader(handle, readBody)
            _ = unsafe ccurl_set_pointer(handle, CURLOPT_READDATA, pointer)
            _ = unsafe ccurl_set_socket_opener(handle, openSocket)
            _ = unsafe ccurl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, pointer)
        }
    }

    /// - Returns: How many bytes were put there; another number ends the exchange.
    func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let count = unsafe sending.read(into: target)
        return count >= 0 ? count : ccurl_abort_sending()
    }

    /// Whether libcurl may connect to what it has found for the host's name: between this and the
    /// connection no name is looked up again.
    func allows(_ address: [UInt8]) -> Bool {
        if reach.covers(NetworkRange(address)) { return true }
        isAddressRefused = true
        return false
    }
}

private func exchange(_ pointer: UnsafeMutableRawPointer?) -> Exchange? {
    unsafe pointer.map { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
}

private func readBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    let target = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    return unsafe exchange(pointer)?.read(into: target) ?? ccurl_abort_sending()
}

/// A socket that no process inherits which is started meanwhile.
private func openSocket(
    _ pointer: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address = unsafe address, unsafe exchange(pointer)?.allows(bytes(of: address)) == true
    else { return CURL_SOCKET_BAD }
    let found = unsafe address.pointee
    let type = found.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(found.family, type, found.protocol)
}

/// The four or sixteen bytes of an address; none for another kind of network.
private func bytes(of address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe ccurl_copy_address(address, &bytes)
    return Array(bytes.prefix(Int(count)))
}
