import Foundation
import Loopback
import Synchronization

/// A server that answers each command with what a test wrote down, whatever the command is.
///
/// A connecting client sends one `PING` first, which is answered with `PONG`.
final class FakeServer: Sendable {
    enum Answer {
        /// These bytes, sent in pieces of `piece` bytes.
        case bytes(String, piece: Int = .max)
        /// Nothing, for ever.
        case silence
        /// The end of the connection.
        case hangUp
    }

    private let listener: LoopbackListener
    private let record: Record

    private final class Record: Sendable {
        let commands = Mutex(0)
        let connections = Mutex(0)
        let bytes = Mutex<[UInt8]>([])
    }

    /// Listens; with `greets: false` the answers begin with the one to `PING`.
    init(_ answers: [Answer], greets: Bool = true) throws {
        listener = try LoopbackListener()
        record = Record()
        let script = (greets ? [.bytes("+PONG\r\n")] : []) + answers
        Thread.detachNewThread { [listener, record] in
            while let connection = listener.accept() {
                record.connections.withLock { $0 += 1 }
                Self.serve(connection, script, record)
                close(connection)
            }
        }
    }

    deinit {
        listener.shut()
    }

    var port: Int { listener.port }
    var url: String { "redis://127.0.0.1:\(port)" }
    /// Commands that have arrived, the client's `PING`s among them.
    var commandCount: Int { record.commands.withLock { $0 } }
    /// All that clients have sent.
    var receivedBytes: [UInt8] { record.bytes.withLock { $0 } }
    var connectionCount: Int { record.connections.withLock { $0 } }

    private static func serve(_ connection: Int32, _ script: [Answer], _ record: Record) {
        var isOn: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, size)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var answers = script.makeIterator()
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            record.commands.withLock { $0 += 1 }
            record.bytes.withLock { $0 += buffer[..<count] }
            switch answers.next() ?? .silence {
            case .bytes(let text, let piece):
                send(Array(text.utf8), pieceSize: piece, to: connection)
            case .silence: continue
            case .hangUp: return
            }
        }
    }

    private static func send(_ bytes: [UInt8], pieceSize: Int, to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            LoopbackSocket.send(rest.prefix(pieceSize), to: connection)
            rest = rest.dropFirst(pieceSize)
            sched_yield()
        }
    }
}
