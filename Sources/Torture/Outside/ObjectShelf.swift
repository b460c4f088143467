import Foundation
import Loopback
import Synchronization

/// An object store with the campaign's sources: it lists, and gives objects and parts of them, as S3 does.
final class ObjectShelf: OutsideContent {
    private struct Object {
        /// The bytes that lie there, and those that mean the same and may lie there next.
        var (bytes, others): ([UInt8], [UInt8])
        /// Which writing it was, for `ETag`.
        var version = 0
    }

    private let objects: Mutex<[String: Object]>

    /// The files of a folder.
    init(folder: String) throws {
        var objects: [String: Object] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let bytes = try Array(Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            objects[name] = Object(bytes: bytes, others: Self.shifted(bytes))
        }
        self.objects = Mutex(objects)
    }

    /// The pipeline that reads all its files from there.
    static let sources = Outside.Maker { name, ground in
        let server = try TroubledServer(ObjectShelf(folder: ground.data))
        return try Outside(
            server,
            named: name,
            on: ground,
            environment: environment(server.url),
            definition: {
                $0.replacing(
                    "{ files: \"${DATA_DIR:-data}\" }",
                    with: "{ \(place(of: "drops")) }"
                )
            }
        )
    }

    /// The keys of a source in a bucket of the server outside.
    static func place(of bucket: String) -> String {
        "s3: \"s3://\(bucket)\", endpoint: \"${OUTSIDE_URL}\", region: eu-west-1, private: true"
    }

    /// Where the server is, and keys, which it does not check.
    static func environment(_ url: String) -> [String: String] {
        [
            "OUTSIDE_URL": url, "AWS_ACCESS_KEY_ID": "AKIATORTURE",
            "AWS_SECRET_ACCESS_KEY": "torture",
        ]
    }

    /// The same rows, each byte of them at another place: what reads on in it loads no row of the other.
    private static func shifted(_ bytes: [UInt8]) -> [UInt8] {
        let isGzip = bytes.starts(with: [0x1f, 0x8b]) && bytes[3] & 0x04 == 0
        // A mark of the byte order; in gzip an extra field of seven bytes, RFC 1952, 2.3.1.1.
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        guard isGzip else {
            return bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : mark + bytes
        }
        let extra: [UInt8] = [7, 0, 0x4c, 0x53, 3, 0, 1, 2, 3]
        return bytes[..<3] + [bytes[3] | 0x04] + bytes[4..<10] + extra + bytes[10...]
    }

    /// Another version of every object.
    func change() {
        objects.withLock { objects in
            objects = objects.mapValues {
                Object(bytes: $0.others, others: $0.bytes, version: $0.version + 1)
            }
        }
    }

    func answer(to request: WebServer.Request) -> TroubledServer.Answer {
        let parts = request.path.dropFirst().split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return list(prefix: request.query["prefix"] ?? "") }
        guard let object = objects.withLock({ $0[String(parts[1])] }) else {
            return TroubledServer.Answer(status: 404)
        }
        let etag = "\"\(object.version)\""
        if let wanted = request["If-Match"], wanted != etag {
            return TroubledServer.Answer(status: 412)
        }
        let fields = [
            (name: "ETag", value: etag),
            (name: "Last-Modified", value: "Tue, 02 Jan 2024 03:04:05 GMT"),
        ]
        guard let start = Self.start(of: request["Range"]) else {
            return TroubledServer.Answer(fields: fields, body: object.bytes)
        }
        let size = object.bytes.count
        let range = (name: "Content-Range", value: "bytes \(start)-\(size - 1)/\(size)")
        return TroubledServer.Answer(
            status: 206,
            fields: fields + [range],
            body: Array(object.bytes.dropFirst(start))
        )
    }

    /// The beginning of `bytes=100-`.
    private static func start(of range: String?) -> Int? {
        guard let range, range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
        return Int(range.dropFirst(6).dropLast())
    }

    private func list(prefix: String) -> TroubledServer.Answer {
        let entries = objects.withLock { objects in
            objects.filter { $0.key.hasPrefix(prefix) }
                .sorted { $0.key < $1.key }
                .map { name, object in
                    "<Contents><Key>\(name)</Key><LastModified>2024-01-02T03:04:05.000Z"
                        + "</LastModified><ETag>&quot;\(object.version)&quot;</ETag>"
                        + "<Size>\(object.bytes.count)</Size></Contents>"
                }
        }
        let text =
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + "<IsTruncated>false</IsTruncated>\(entries.joined())</ListBucketResult>"
        return TroubledServer.Answer(body: Array(text.utf8))
    }
}
