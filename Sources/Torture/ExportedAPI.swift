import Foundation
import Glibc
import Loopback
import Synchronization

/// An API that a case's export tells of rows: it keeps the newest revision of each, and notes what must never happen.
final class ExportedAPI: Sendable {
    /// A row as it was told last.
    struct Row: Sendable {
        var revision: Int64
        var body: String
    }

    private struct State {
        var rows: [String: Row] = [:]
        /// The `Idempotency-Key` of each revision of each row.
        var identities: [String: String] = [:]
        var complaints: Set<String> = []
        var requests = 0
        var refusals = 0
        var refusal: @Sendable () -> Int? = { nil }
        var delay = Duration.zero
    }

    private let listener: LoopbackListener
    private let state = Shared()

    private final class Shared: Sendable {
        let value = Mutex(State())
    }

    /// Starts it on a free port of this machine.
    init() throws {
        listener = try LoopbackListener()
        Thread.detachNewThread { [listener, state] in
            while let socket = listener.accept() {
                Thread.detachNewThread { Self.serve(socket, state) }
            }
        }
    }

    /// Where it listens.
    var url: String { "http://127.0.0.1:\(listener.port)" }
    /// The rows by their paths.
    var rows: [String: Row] { state.value.withLock { $0.rows } }
    /// How often it was asked.
    var requestCount: Int { state.value.withLock { $0.requests } }
    /// How often it has put somebody off.
    var refusalCount: Int { state.value.withLock { $0.refusals } }
    /// What must never happen, and has.
    var complaints: [String] { state.value.withLock { $0.complaints.sorted() } }

    /// Takes its time for each answer, and puts off whom `refusal` gives a status.
    func behave(delay: Duration = .zero, refusal: @escaping @Sendable () -> Int? = { nil }) {
        state.value.withLock { ($0.delay, $0.refusal) = (delay, refusal) }
    }

    /// Ends it.
    func close() { listener.shut() }

    // MARK: Requests

    private struct Request {
        var path: String
        var fields: [String: String]
        var body: String
    }

    private static func serve(_ socket: Int32, _ state: Shared) {
        var arrived: [UInt8] = []
        while let request = next(on: socket, &arrived) {
            let (delay, refusal) = state.value.withLock { ($0.delay, $0.refusal) }
            if delay > .zero { Thread.sleep(forTimeInterval: delay / .seconds(1)) }
            let status = state.value.withLock { answer(to: request, refusal(), &$0) }
            let text =
                "HTTP/1.1 \(status) Status\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n"
            guard LoopbackSocket.send(Array(text.utf8)[...], to: socket) else { break }
        }
        Glibc.close(socket)
    }

    private static func answer(to request: Request, _ refusal: Int?, _ state: inout State) -> Int {
        state.requests += 1
        if let refusal {
            state.refusals += 1
            return refusal
        }
        guard let revision = request.fields["longshore-revision"].flatMap({ Int64($0) }),
            let identity = request.fields["idempotency-key"]
        else {
            state.complaints.insert("a request has no revision or no `Idempotency-Key`")
            return 400
        }
        let known = state.identities.updateValue(identity, forKey: "\(request.path) \(revision)")
        if let known, known != identity {
            state.complaints.insert("a revision was told under two names")
        }
        let old = state.rows[request.path]
        if let old, old.revision > revision { return 412 }
        if let old, old.revision == revision, old.body != request.body {
            state.complaints.insert("a revision was told with two contents")
        }
        state.rows[request.path] = Row(revision: revision, body: request.body)
        return 204
    }

    /// The next request; `nil` when there is none any more.
    private static func next(on socket: Int32, _ arrived: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = arrived.firstRange(of: end) {
                let head = String(decoding: arrived[..<range.lowerBound], as: UTF8.self)
                var request = request(head)
                let size = request.fields["content-length"].flatMap { Int($0) } ?? 0
                if arrived.count >= range.upperBound + size {
                    let body = arrived[range.upperBound..<range.upperBound + size]
                    request.body = String(decoding: body, as: UTF8.self)
                    arrived.removeFirst(range.upperBound + size)
                    return request
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            arrived += buffer[..<count]
        }
    }

    private static func request(_ head: String) -> Request {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1)
            fields[name.lowercased()] = value.trimmingCharacters(in: .whitespaces)
        }
        return Request(path: words.count > 1 ? String(words[1]) : "", fields: fields, body: "")
    }
}
