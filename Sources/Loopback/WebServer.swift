import Foundation
import Glibc
import Synchronization

/// A web server on a free port of 127.0.0.1: it answers with what whoever has made it writes, as fast and as truthfully
/// as is wanted, for tests and campaigns.
///
/// Each connection has a thread, and serves one request after the other.
package final class WebServer: Sendable {
    /// What a client has asked.
    package struct Request: Sendable {
        /// The method.
        package let method: String
        /// Path and query as they were sent.
        package let target: String
        /// The fields as they were sent.
        package let fields: [(name: String, value: String)]
        /// The body.
        package let body: [UInt8]

        /// The first value of a field.
        package subscript(name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }
        /// What stands before `?`.
        package var path: String { String(target.prefix { $0 != "?" }) }
        /// What stands behind it, still encoded; names without `=` have an empty value.
        package var query: [String: String] {
            let text = target.drop { $0 != "?" }.dropFirst()
            return Dictionary(
                text.split(separator: "&")
                    .map { pair in
                        let name = pair.prefix { $0 != "=" }
                        return (String(name), String(pair.dropFirst(name.count + 1)))
                    },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    private struct Record {
        var requests: [Request] = []
        var connections = 0
    }

    private let listener: LoopbackListener
    private let record = Shared(Record())

    private final class Shared: Sendable {
        let value: Mutex<Record>
        init(_ value: Record) { self.value = Mutex(value) }
    }

    /// Answers requests by calling `answer`, which says something on the connection, or cuts it.
    package init(_ answer: @escaping @Sendable (Request, WebConnection) -> Void) throws {
        listener = try LoopbackListener()
        Thread.detachNewThread { [listener, record] in
            while let socket = listener.accept() {
                record.value.withLock { $0.connections += 1 }
                Thread.detachNewThread {
                    Self.serve(WebConnection(socket), record, answer)
                }
            }
        }
    }

    deinit {
        listener.shut()
    }

    /// Where it listens.
    package var port: Int { listener.port }
    /// Its address, without a path.
    package var url: String { "http://127.0.0.1:\(port)" }
    /// All that was asked until now.
    package var requests: [Request] { record.value.withLock { $0.requests } }
    /// How many connections there were.
    package var connectionCount: Int { record.value.withLock { $0.connections } }

    private static func serve(
        _ connection: WebConnection,
        _ record: Shared,
        _ answer: @Sendable (Request, WebConnection) -> Void
    ) {
        while let request = connection.request() {
            record.value.withLock { $0.requests.append(request) }
            answer(request, connection)
        }
    }
}

/// A client's connection to a ``WebServer``; it is closed when nobody uses it any more.
package final class WebConnection: Sendable {
    private let socket: Int32
    private let arrived = Mutex<[UInt8]>([])

    init(_ socket: Int32) {
        self.socket = socket
    }

    deinit {
        close(socket)
    }

    /// Sends bytes as they are; `false` when the client is gone.
    @discardableResult
    package func write(_ bytes: some Collection<UInt8>) -> Bool {
        LoopbackSocket.send(Array(bytes)[...], to: socket)
    }

    /// Sends a text as it is; `false` when the client is gone.
    @discardableResult
    package func write(_ text: String) -> Bool { write(text.utf8) }

    /// Sends a whole answer.
    package func answer(
        _ status: Int = 200,
        _ fields: [(name: String, value: String)] = [],
        _ body: some Collection<UInt8> = "".utf8
    ) {
        begin(status, fields + [("Content-Length", String(body.count))])
        write(body)
    }

    /// Sends the status and fields of an answer.
    package func begin(_ status: Int, _ fields: [(name: String, value: String)] = []) {
        let lines = fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        write("HTTP/1.1 \(status) Status\r\n\(lines)\r\n")
    }

    /// Ends the connection; what was sent still arrives.
    package func cut() {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Waits until the client has ended the connection.
    package func waitForEnd() {
        while receive() {}
    }

    /// The next request; `nil` when there is none any more.
    func request() -> WebServer.Request? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            let bytes = arrived.withLock { $0 }
            if let range = bytes.firstRange(of: end) {
                return request(head: bytes[..<range.lowerBound], size: range.upperBound)
            }
            guard receive() else { return nil }
        }
    }

    private func request(head: ArraySlice<UInt8>, size: Int) -> WebServer.Request? {
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        let fields = lines.dropFirst()
            .map { line in
                let name = line.prefix { $0 != ":" }
                let value = line.dropFirst(name.count + 1)
                return (name: String(name), value: value.trimmingCharacters(in: .whitespaces))
            }
        let count = fields.first { $0.name.lowercased() == "content-length" }
            .flatMap { Int($0.value) }
        while arrived.withLock({ $0.count }) < size + (count ?? 0) {
            guard receive() else { return nil }
        }
        let body = arrived.withLock { bytes in
            defer { bytes.removeFirst(size + (count ?? 0)) }
            return Array(bytes[size..<size + (count ?? 0)])
        }
        guard words.count == 3 else { return nil }
        return WebServer.Request(method: words[0], target: words[1], fields: fields, body: body)
    }

    /// Waits for more bytes; `false` at the end.
    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        arrived.withLock { $0 += buffer[..<count] }
        return true
    }
}
