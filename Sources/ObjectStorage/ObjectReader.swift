internal import HTTP

/// The bytes of one version of an object, from the first to the last.
///
/// A connection that breaks is made anew where it broke, for the same version: bytes of two versions are
/// never mixed. It belongs to one reader.
public final class ObjectReader {
    /// What is read.
    public let status: ObjectStatus
    private let bucket: Bucket
    private var body: ResponseBody?
    private var position = 0
    private var failures = 0
    /// Where it broke the last time.
    private var broken = 0

    /// So many bytes between two breaks are progress.
    private static let progress = 64 << 10

    init(_ status: ObjectStatus, _ bucket: Bucket, _ body: ResponseBody) {
        self.status = status
        self.bucket = bucket
        self.body = body
    }

    /// The next bytes; `nil` when all have come.
    ///
    /// - Throws: ``ObjectStorageError``: ``ObjectStorageError/Code/changed`` when there is another version now.
    public nonisolated(nonsending) func next() async throws(ObjectStorageError) -> [UInt8]? {
        while true {
            do throws(ObjectStorageError) {
                guard let piece = try await piece() else { return nil }
                position += piece.count
                return piece
            } catch {
                try await pause(after: error)
            }
        }
    }

    /// Lets go of what has not been read.
    public nonisolated(nonsending) func close() async {
        await body?.close()
        body = nil
    }

    private var activity: String { "reading \(bucket.shown(status.key))" }

    private nonisolated(nonsending) func piece() async throws(ObjectStorageError) -> [UInt8]? {
        let body = try await openBody()
        do throws(HTTPError) {
            let piece = try await body.next()
            guard piece == nil, let size = status.size, position != size else { return piece }
        } catch {
            throw .http(error, doing: activity)
        }
        throw .malformed("it has another length than the store has said", doing: activity)
    }

    /// The body that is read, made anew from where it broke.
    private nonisolated(nonsending) func openBody() async throws(ObjectStorageError) -> ResponseBody
    {
        if let body { return body }
        let opened = try await bucket.body(of: status, from: position)
        body = opened
        return opened
    }

    /// Waits before the next try, as long as tries bring bytes.
    private nonisolated(nonsending) func pause(
        after error: ObjectStorageError
    ) async throws(ObjectStorageError) {
        await close()
        guard status.etag != nil, error.code != .changed else { throw error }
        failures = position - broken >= Self.progress ? 1 : failures + 1
        broken = position
        try await bucket.patience.pause(after: error, failures: failures)
    }
}

extension Bucket {
    /// Opens an object to read it.
    ///
    /// With `listed`, what the store has said of it before: the same version has the same length, or somebody between the
    /// store and us has cut it.
    ///
    /// - Throws: ``ObjectStorageError``; ``ObjectStorageError/Code/changed`` for another length.
    public func open(
        _ key: String,
        listed: ObjectStatus? = nil
    ) async throws(ObjectStorageError) -> ObjectReader {
        let response = try await perform(reading(key))
        try await require(response, at: 0, size: nil, reading(key))
        var status = ObjectStatus(key: key, response.fields)
        if let etag = status.etag, etag == listed?.etag, let size = listed?.size {
            guard size == status.size ?? size else {
                await response.body.close()
                throw .otherLength(doing: reading(key).activity)
            }
            status.size = size
        }
        return ObjectReader(status, self, response.body)
    }

    /// The rest of the same version of an object, asked for once: who reads it is patient.
    ///
    /// - Throws: ``ObjectStorageError/Code/changed`` when there is another one.
    func body(
        of object: ObjectStatus,
        from position: Int
    ) async throws(ObjectStorageError) -> ResponseBody {
        var call = reading(object.key)
        call.fields = [("If-Match", object.etag ?? "")]
        if position > 0 { call.fields.append(("Range", "bytes=\(position)-")) }
        let response: HTTPResponse
        do throws(ObjectStorageError) {
            response = try await attempt(call)
        } catch {
            // An object that is gone has changed, too: what was read of it is not used.
            let isChanged = error.code == .changed || error.code == .missing
            throw isChanged ? .changed(doing: call.activity) : error
        }
        guard response.fields["ETag"] == object.etag else {
            await response.body.close()
            throw .changed(doing: call.activity)
        }
        try await require(response, at: position, size: object.size, call)
        return response.body
    }

    /// Requires the wanted part of an object, with an end that is told: without it a connection that breaks
    /// looks like the end.
    private func require(
        _ response: HTTPResponse,
        at position: Int,
        size: Int?,
        _ call: StoreCall
    ) async throws(ObjectStorageError) {
        let fields = response.fields
        let hasEnd = fields["Content-Length"] != nil || fields["Transfer-Encoding"] != nil
        if hasEnd, Self.begins(response, at: position, size: size) { return }
        await response.body.close()
        throw .malformed(
            hasEnd ? "it is not the part that was asked for" : "it does not say where it ends",
            doing: call.activity
        )
    }

    private func reading(_ key: String) -> StoreCall {
        StoreCall(method: "GET", key: key, activity: "reading \(shown(key))")
    }

    private static func begins(_ response: HTTPResponse, at position: Int, size: Int?) -> Bool {
        if position == 0 { return response.status == 200 }
        guard response.status == 206,
            let range = response.fields["Content-Range"]?
                .wholeMatch(
                    of: /bytes ([0-9]+)-[0-9]+\/([0-9]+|\*)/.matchingSemantics(.unicodeScalar)
                )
        else { return false }
        return Int(range.1) == position && (size == nil || range.2 == "*" || Int(range.2) == size)
    }
}
