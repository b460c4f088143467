internal import Digests
internal import Foundation
package import Loopback
internal import Synchronization

/// An object store of a test's own that speaks as S3 does, in memory, by paths.
///
/// It is strict: each request has to be signed, which it checks by the bytes that have come with code of
/// its own; the body has to be the one that was signed, and the time today's.
package final class S3Double: Sendable {
    /// The key's name that it knows.
    package static let accessKey = "AKIATEST"
    /// The secret of the key.
    package static let secretKey = "s3cret/Key+of=the-double"
    /// The session's token that it wants.
    package static let sessionToken = "s3cret/token=="
    /// The bucket that it has.
    package static let bucket = "drops"

    /// An object as it lies there.
    package struct Object: Sendable {
        /// Its bytes.
        package var bytes: [UInt8]
        /// Its ETag, with quotes.
        package var etag: String
        /// What was written with it: `x-amz-meta-…` and its encryption, by names in small letters.
        package var metadata: [String: String] = [:]
    }

    private struct State {
        var objects: [String: Object] = [:]
        var uploads: [String: [Int: [UInt8]]] = [:]
        var count = 0
    }

    /// What a test does instead of the store: `true` when it has answered.
    package typealias Fault = @Sendable (WebServer.Request, WebConnection, S3Double) -> Bool

    private let state = Mutex(State())
    private let server = Mutex<WebServer?>(nil)
    private let region: String
    private let pageSize: Int
    private let knowsConditions: Bool
    private let modified: (listed: String, told: String)

    /// Starts a store.
    ///
    /// - Parameters:
    ///   - region: The region by which requests have to be signed.
    ///   - pageSize: How many objects a page of a list has.
    ///   - knowsConditions: Whether it writes on conditions; other stores say that they do not.
    ///   - modified: When its objects were modified, as a list tells it and as an object does.
    ///   - fault: What is done before the store answers itself.
    /// - Throws: when there is no port.
    package init(
        region: String = "eu-west-1",
        pageSize: Int = 1000,
        knowsConditions: Bool = true,
        modified: (listed: String, told: String) = (
            "2024-01-02T03:04:05.000Z", "Tue, 02 Jan 2024 03:04:05 GMT"
        ),
        fault: @escaping Fault = { _, _, _ in false }
    ) throws {
        self.region = region
        self.pageSize = pageSize
        self.knowsConditions = knowsConditions
        self.modified = modified
        let started = try WebServer { [weak self] request, connection in
            guard let self, !fault(request, connection, self) else { return }
            answer(request, connection)
        }
        server.withLock { $0 = started }
    }

    /// Where it listens.
    package var url: String { server.withLock { $0?.url ?? "" } }
    /// All that was asked until now.
    package var requests: [WebServer.Request] { server.withLock { $0?.requests ?? [] } }
    /// The uploads that are neither completed nor aborted.
    package var uploadCount: Int { state.withLock { $0.uploads.count } }
    /// The objects by their keys.
    package var objects: [String: Object] { state.withLock { $0.objects } }

    /// Puts an object there, in the place of another one.
    package func put(
        _ key: String,
        _ bytes: some Collection<UInt8>,
        metadata: [String: String] = [:]
    ) {
        let bytes = Array(bytes)
        let etag = "\"\(SHA256.hexadecimal(bytes).prefix(32))\""
        let object = Object(bytes: bytes, etag: etag, metadata: metadata)
        state.withLock { $0.objects[key] = object }
    }

    /// Takes an object away.
    package func remove(_ key: String) {
        state.withLock { $0.objects[key] = nil }
    }

    /// Forgets all uploads, as when they were completed and nobody has heard of it.
    package func loseUploads() {
        state.withLock { $0.uploads = [:] }
    }

    /// Answers as the store does; a test that only adds something calls it by itself.
    package func answer(_ request: WebServer.Request, _ connection: WebConnection) {
        if let (status, code) = S3SignatureCheck(region: region).refusal(of: request) {
            return Self.refuse(connection, status, code, isHead: request.method == "HEAD")
        }
        let path = request.path.removingPercentEncoding ?? ""
        let parts = path.dropFirst().split(separator: "/", maxSplits: 1)
        guard parts.first == Substring(Self.bucket) else {
            return Self.refuse(connection, 404, "NoSuchBucket")
        }
        guard parts.count > 1 else { return list(request, connection) }
        let key = String(parts[1])
        switch request.method {
        case "GET", "HEAD": get(key, request, connection)
        case "PUT": write(key, request, connection)
        case "POST": post(key, request, connection)
        case "DELETE" where request.query["uploadId"] == nil: delete(key, request, connection)
        default: abort(request, connection)
        }
    }

    /// Says no, as stores do.
    package static func refuse(
        _ connection: WebConnection,
        _ status: Int,
        _ code: String,
        isHead: Bool = false
    ) {
        let text =
            "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>no</Message></Error>"
        connection.answer(
            status,
            [("Content-Type", "application/xml")],
            isHead ? "".utf8 : text.utf8
        )
    }
}

extension S3Double {
    private func list(_ request: WebServer.Request, _ connection: WebConnection) {
        let query = request.query.mapValues { $0.removingPercentEncoding ?? "" }
        guard query["list-type"] == "2" else { return Self.refuse(connection, 400, "OldList") }
        let prefix = query["prefix"] ?? ""
        let start = query["continuation-token"].flatMap { Int($0) } ?? 0
        let keys = objects.keys.filter { $0.hasPrefix(prefix) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let page = keys.dropFirst(start).prefix(pageSize)
        let isTruncated = start + page.count < keys.count
        let entries = page.map { key in
            let object = objects[key]
            return
                "<Contents><Key>\(Self.formEncoded(key))</Key><LastModified>\(modified.listed)"
                + "</LastModified><ETag>\(object?.etag.replacing("\"", with: "&quot;") ?? "")</ETag><Size>"
                + "\(object?.bytes.count ?? 0)</Size><Owner><ID>x</ID></Owner></Contents>"
        }
        let next =
            isTruncated
            ? "<NextContinuationToken>\(start + page.count)</NextContinuationToken>" : ""
        let text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
            + "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>drops</Name>"
            + "<EncodingType>url</EncodingType><IsTruncated>\(isTruncated)</IsTruncated>"
            + "\(next)\(entries.joined())</ListBucketResult>"
        connection.answer(200, [], text.utf8)
    }

    /// With `+` for a blank, as S3 does it.
    private static func formEncoded(_ key: String) -> String {
        let kept = CharacterSet(charactersIn: "/-._~ ").union(.alphanumerics)
            .intersection(CharacterSet(charactersIn: "\u{20}"..."\u{7e}"))
        return (key.addingPercentEncoding(withAllowedCharacters: kept) ?? "")
            .replacing(" ", with: "+")
    }

    private func get(
        _ key: String,
        _ request: WebServer.Request,
        _ connection: WebConnection
    ) {
        let isHead = request.method == "HEAD"
        guard let object = objects[key] else {
            return Self.refuse(connection, 404, "NoSuchKey", isHead: isHead)
        }
        if let wanted = request["If-Match"], wanted != object.etag {
            return Self.refuse(connection, 412, "PreconditionFailed", isHead: isHead)
        }
        var fields = [(name: "ETag", value: object.etag)]
        fields.append(("Last-Modified", modified.told))
        fields += object.metadata.map { (name: $0.key, value: $0.value) }
        let size = object.bytes.count
        if isHead { return connection.begin(200, fields + [("Content-Length", String(size))]) }
        guard let start = request["Range"]?.firstMatch(of: /bytes=(\d+)-$/).flatMap({ Int($0.1) })
        else { return connection.answer(200, fields, object.bytes) }
        fields.append(("Content-Range", "bytes \(start)-\(size - 1)/\(size)"))
        connection.answer(206, fields, object.bytes[start...])
    }

    private func write(
        _ key: String,
        _ request: WebServer.Request,
        _ connection: WebConnection
    ) {
        guard let upload = request.query["uploadId"]?.removingPercentEncoding else {
            guard allows(request, key, connection) else { return }
            let metadata = request.fields.map { (name: $0.name.lowercased(), value: $0.value) }
                .filter {
                    $0.name.hasPrefix("x-amz-meta-") || $0.name.hasPrefix("x-amz-server-side-")
                }
            put(key, request.body, metadata: Dictionary(metadata) { first, _ in first })
            return connection.answer(200, [("ETag", objects[key]?.etag ?? "")])
        }
        let number = request.query["partNumber"].flatMap { Int($0) } ?? 0
        let isKnown = state.withLock { state in
            guard state.uploads[upload] != nil else { return false }
            state.uploads[upload]?[number] = request.body
            return true
        }
        guard isKnown else { return Self.refuse(connection, 404, "NoSuchUpload") }
        connection.answer(200, [("ETag", "\"part&\(number)\"")])
    }

    private func post(
        _ key: String,
        _ request: WebServer.Request,
        _ connection: WebConnection
    ) {
        guard let upload = request.query["uploadId"] else {
            let name = state.withLock { state in
                state.count += 1
                state.uploads["up+load/\(state.count)"] = [:]
                return "up+load/\(state.count)"
            }
            let text = "<InitiateMultipartUploadResult><UploadId>\(name)</UploadId>"
            return connection.answer(200, [], "\(text)</InitiateMultipartUploadResult>".utf8)
        }
        let name = upload.removingPercentEncoding ?? ""
        guard let parts = state.withLock({ $0.uploads.removeValue(forKey: name) }) else {
            return Self.refuse(connection, 404, "NoSuchUpload")
        }
        let named = String(decoding: request.body, as: UTF8.self)
            .matches(of: /<PartNumber>(\d+)<\/PartNumber><ETag>"part&amp;(\d+)"<\/ETag>/)
        guard named.map({ Int($0.1) }) == parts.keys.sorted().map({ $0 }) else {
            return Self.refuse(connection, 400, "InvalidPart")
        }
        put(key, parts.sorted { $0.key < $1.key }.flatMap(\.value))
        let text = "<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>"
        connection.answer(200, [], "\n\n\(text)".utf8)
    }

    private func delete(
        _ key: String,
        _ request: WebServer.Request,
        _ connection: WebConnection
    ) {
        guard allows(request, key, connection) else { return }
        remove(key)
        connection.answer(204)
    }

    /// Whether an object is as a request wants it to be; says so when it is not.
    private func allows(
        _ request: WebServer.Request,
        _ key: String,
        _ connection: WebConnection
    ) -> Bool {
        let conditions = [request["If-Match"], request["If-None-Match"]]
        guard conditions.contains(where: { $0 != nil }) else { return true }
        guard knowsConditions else {
            Self.refuse(connection, 501, "NotImplemented")
            return false
        }
        let etag = objects[key]?.etag
        let isFulfilled =
            request["If-Match"].map { $0 == etag } ?? true
            && (request["If-None-Match"] == nil || etag == nil)
        if !isFulfilled { Self.refuse(connection, 412, "PreconditionFailed") }
        return isFulfilled
    }

    private func abort(_ request: WebServer.Request, _ connection: WebConnection) {
        let name = request.query["uploadId"]?.removingPercentEncoding ?? ""
        state.withLock { $0.uploads[name] = nil }
        connection.answer(204)
    }
}
