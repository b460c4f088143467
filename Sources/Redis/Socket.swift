internal import Glibc
import Words

/// A TCP connection that never blocks and never raises SIGPIPE.
struct Socket: ~Copyable {
    /// What to poll.
    let descriptor: Int32

    /// Connects to the first of `addresses` that answers; they share the time that is left.
    static func connect(
        to addresses: [SocketAddress],
        limit: CallLimit
    ) throws(RedisError) -> Socket {
        var failure = RedisError.unresolved(reason: "it has no address", server: limit.server)
        for (index, address) in addresses.enumerated() {
            do throws(RedisError) {
                return try Socket(address, limit: limit.share(of: addresses.count - index))
            } catch {
                if error.code == .cancelled { throw error }
                failure = error
            }
        }
        throw failure
    }

    private init(_ address: SocketAddress, limit: CallLimit) throws(RedisError) {
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        descriptor = socket(address.family, Int32(type), 0)
        guard descriptor >= 0 else { throw Self.failure(errno, limit) }
        setOption(level: Int32(IPPROTO_TCP), TCP_NODELAY)
        setOption(level: SOL_SOCKET, SO_KEEPALIVE)
        try finishConnecting(Self.connect(descriptor, to: address), limit: limit)
    }

    deinit {
        close(descriptor)
    }

    /// Sends what the kernel takes now.
    ///
    /// - Returns: how many bytes that was, 0 when its buffer is full; a negated `errno` on failure.
    func send(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        return count < 0 ? Self.isPassing(errno) ? 0 : -Int(errno) : count
    }

    /// What a read gives.
    enum Received {
        case bytes([UInt8])
        case nothingYet
        case end
        case failure(Int32)
    }

    /// Takes what has arrived, at most 64 KiB of it.
    func receive() -> Received {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            let result = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            failure = result < 0 ? errno : 0
            count = max(0, result)
        }
        if failure != 0 { return Self.isPassing(failure) ? .nothingYet : .failure(failure) }
        return bytes.isEmpty ? .end : .bytes(bytes)
    }

    private func finishConnecting(_ begun: Int32, limit: CallLimit) throws(RedisError) {
        guard [0, EINPROGRESS, EINTR].contains(begun) else { throw Self.failure(begun, limit) }
        _ = try limit.wait(for: Int32(POLLOUT), on: descriptor, .connecting)
        var pending: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &pending, &size)
        guard pending == 0 else { throw Self.failure(pending, limit) }
    }

    private static func connect(_ descriptor: Int32, to address: SocketAddress) -> Int32 {
        unsafe address.bytes.withUnsafeBytes { bytes in
            guard let name = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return EINVAL
            }
            return unsafe Glibc.connect(descriptor, name, socklen_t(bytes.count)) == 0 ? 0 : errno
        }
    }

    /// The options are courtesies: a failure changes nothing that matters.
    private func setOption(level: Int32, _ name: Int32) {
        var isOn: Int32 = 1
        unsafe setsockopt(descriptor, level, name, &isOn, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func isPassing(_ number: Int32) -> Bool {
        number == EAGAIN || number == EINTR
    }

    private static func failure(_ number: Int32, _ limit: CallLimit) -> RedisError {
        .connectionFailed(
            errorNumber: number,
            reason: systemMessage(number),
            server: limit.server
        )
    }
}
