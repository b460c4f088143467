import Loopback
import Synchronization

/// What an API or a store knows of the rows of an export: the newest revision of each.
///
/// It notes what must never happen.
/// As an API it judges revisions itself, and puts an older one off; as a store it knows nothing of them, but writes on
/// conditions, as S3 does.
final class ToldRows: OutsideContent {
    private struct Row {
        var revision: Int64
        var body: [UInt8]
        /// Which writing it was, for `ETag`.
        var version: Int
    }

    private struct State {
        var rows: [String: Row] = [:]
        /// The `Idempotency-Key` of each revision of each row.
        var identities: [String: String] = [:]
        var complaints: Set<String> = []
        var writings = 0
    }

    private let state = Mutex(State())
    private let isStore: Bool
    /// What paths begin with, and end with: between them is the row's key.
    private let (start, end): (String, String)

    /// - Parameters:
    ///   - frame: What stands before and behind a row's key in a path.
    ///   - isStore: Whether it is a store, and no API.
    init(in frame: (start: String, end: String), asStore isStore: Bool) {
        (start, end) = frame
        self.isStore = isStore
    }

    /// The rows as they were told last, by their keys; an object is a line.
    var rows: [String: String]? {
        state.withLock { state in
            state.rows.mapValues { row in
                let line = isStore ? row.body.dropLast() : row.body[...]
                return String(decoding: line, as: UTF8.self)
            }
        }
    }

    var complaints: [String] { state.withLock { $0.complaints.sorted() } }

    func answer(to request: WebServer.Request) -> TroubledServer.Answer {
        guard request.path.hasPrefix(start), request.path.hasSuffix(end) else {
            return TroubledServer.Answer(status: 404)
        }
        let key = String(request.path.dropFirst(start.count).dropLast(end.count))
        return state.withLock { state in
            if request.method == "PUT" { return write(key, request, &state) }
            guard let row = state.rows[key] else { return TroubledServer.Answer(status: 404) }
            return TroubledServer.Answer(fields: fields(of: row), body: row.body)
        }
    }

    private func fields(of row: Row) -> [(name: String, value: String)] {
        [("ETag", "\"\(row.version)\""), ("x-amz-meta-longshore-revision", "\(row.revision)")]
    }

    private func write(
        _ key: String,
        _ request: WebServer.Request,
        _ state: inout State
    ) -> TroubledServer.Answer {
        let old = state.rows[key]
        if isStore, !Self.allows(request, old.map { "\"\($0.version)\"" }) {
            return TroubledServer.Answer(status: 412)
        }
        let field = isStore ? "x-amz-meta-longshore-revision" : "longshore-revision"
        guard let revision = request[field].flatMap({ Int64($0) }) else {
            state.complaints.insert("a request has no revision")
            return TroubledServer.Answer(status: 400)
        }
        if !isStore { judge(request["idempotency-key"], "\(key) \(revision)", &state) }
        if let old, old.revision > revision {
            guard isStore else { return TroubledServer.Answer(status: 412) }
            state.complaints.insert("an older revision was written over a newer one")
        }
        if let old, old.revision == revision, old.body != request.body {
            state.complaints.insert("a revision was told with two contents")
        }
        state.writings += 1
        let row = Row(revision: revision, body: request.body, version: state.writings)
        state.rows[key] = row
        return TroubledServer.Answer(status: isStore ? 200 : 204, fields: fields(of: row))
    }

    private func judge(_ identity: String?, _ telling: String, _ state: inout State) {
        guard let identity else {
            state.complaints.insert("a request has no `Idempotency-Key`")
            return
        }
        let known = state.identities.updateValue(identity, forKey: telling)
        if let known, known != identity {
            state.complaints.insert("a revision was told under two names")
        }
    }

    private static func allows(_ request: WebServer.Request, _ etag: String?) -> Bool {
        if request["If-None-Match"] == "*" { return etag == nil }
        return request["If-Match"].map { $0 == etag } ?? true
    }
}
