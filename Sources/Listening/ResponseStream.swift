internal import CMicroHTTPD
internal import Synchronization

extension WebResponse {
    /// The library's form of the answer, which whoever asks for it destroys.
    func handle(on connection: ConnectionHandle, of exchanges: Exchanges?) -> OpaquePointer? {
        switch body {
        case .bytes(let bytes): return unsafe cmicrohttpd_response(bytes, bytes.count)
        case .stream(let pieces):
            guard let exchanges else { return nil }
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
        /// Who waits until there is room for more.
        var waiting: CheckedContinuation<Void, Never>?

        mutating func letGoOn() {
            waiting?.resume()
            waiting = nil
        }
    }

    private let connection: ConnectionHandle
    fileprivate let exchanges: Exchanges
    private let state = Mutex(State())

    /// How many bytes are kept for whoever reads slowly, before whoever sends has to wait.
    private static let mostPending = 1 << 20

    init(
        _ pieces: AsyncStream<[UInt8]>,
        on connection: ConnectionHandle,
        of exchanges: Exchanges
    ) {
        self.connection = connection
        self.exchanges = exchanges
        let task = Task { [weak self] in
            for await piece in pieces {
                self?.put { $0.pending += piece }
                await self?.room()
            }
            self?.end()
        }
        state.withLock { $0.task = task }
    }

    /// Waits until what is there is not too much.
    private func room() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.pending.count > Self.mostPending, !state.hasEnded else { return true }
                state.waiting = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
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
                if state.pending.count <= Self.mostPending / 2 { state.letGoOn() }
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
        put { state in
            state.hasEnded = true
            state.letGoOn()
        }
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
