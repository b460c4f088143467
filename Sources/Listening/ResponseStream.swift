internal import CMicroHTTPD
internal import Synchronization

extension WebResponse {
    /// The library's form of the answer, which whoever asks for it destroys.
    func handle(on connection: ConnectionHandle, of exchanges: Exchanges) -> OpaquePointer? {
        switch body {
        case .bytes(let bytes): return unsafe cmicrohttpd_response(bytes, bytes.count)
        case .stream(let pieces):
            let stream = ResponseStream(pieces, on: connection, of: exchanges)
            exchanges.add(stream)
            let pointer = unsafe Unmanaged.passRetained(stream).toOpaque()
            let handle = unsafe cmicrohttpd_stream(readStream, pointer, endStream)
            if unsafe handle == nil { unsafe endStream(pointer) }
            return unsafe handle
        }
    }
}

/// Content between the task that sends it and the library's thread.
final class ResponseStream: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var hasEnded = false
        var isSuspended = false
        var task: Task<Void, Never>?
    }

    private let connection: ConnectionHandle
    fileprivate let exchanges: Exchanges
    private let state = Mutex(State())

    /// The most bytes that wait for who reads: a stream that is read more slowly than it comes is ended.
    private static let mostPending = 1 << 20

    init(
        _ pieces: AsyncStream<[UInt8]>,
        on connection: ConnectionHandle,
        of exchanges: Exchanges
    ) {
        self.connection = connection
        self.exchanges = exchanges
        let task = Task { [weak self] in
            for await piece in pieces { guard self?.send(piece) == true else { break } }
            self?.end()
        }
        state.withLock { $0.task = task }
    }

    /// - Returns: Whether there was room for it.
    private func send(_ piece: [UInt8]) -> Bool {
        let hasRoom = state.withLock { $0.pending.count + piece.count <= Self.mostPending }
        if hasRoom { put { $0.pending += piece } }
        return hasRoom
    }

    private func put(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            guard state.isSuspended else { return }
            state.isSuspended = false
            connection.resume()
        }
    }

    /// Moves what is there; where there is nothing, the connection is suspended until there is.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        state.withLock { state in
            guard state.pending.isEmpty else {
                let count = min(buffer.count, state.pending.count)
                unsafe buffer.copyBytes(from: state.pending.prefix(count))
                state.pending.removeFirst(count)
                return count
            }
            guard !state.hasEnded else { return cmicrohttpd_end_of_stream() }
            state.isSuspended = true
            connection.suspend()
            return 0
        }
    }

    /// Sends what is there, and then nothing more.
    func end() {
        put { $0.hasEnded = true }
        state.withLock(\.task)?.cancel()
    }
}

private nonisolated func readStream(
    _ pointer: UnsafeMutableRawPointer?,
    _ position: UInt64,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int
) -> Int {
    guard let pointer = unsafe pointer else { return cmicrohttpd_end_of_stream() }
    let stream = unsafe Unmanaged<ResponseStream>.fromOpaque(pointer).takeUnretainedValue()
    return unsafe stream.read(
        into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
    )
}

private nonisolated func endStream(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer = unsafe pointer else { return }
    let stream = unsafe Unmanaged<ResponseStream>.fromOpaque(pointer).takeRetainedValue()
    stream.exchanges.remove(stream)
}
