internal import HTTP
internal import Synchronization

/// An object that is written in parts; it is to be completed or aborted.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>
final class Upload: Sendable {
    private let key: String
    private let bucket: Bucket
    private let identifier: String
    private let etags = Mutex<[String]>([])

    /// Begins it.
    init(
        _ key: String,
        in bucket: Bucket,
        fields: [(name: String, value: String)]
    ) async throws(ObjectStorageError) {
        let call = StoreCall(
            method: "POST",
            key: key,
            query: [("uploads", "")],
            fields: fields,
            activity: bucket.writing(key)
        )
        guard let identifier = try await bucket.document(call)["UploadId"] else {
            throw .malformed("an upload has no name", doing: call.activity)
        }
        self.key = key
        self.bucket = bucket
        self.identifier = identifier
    }

    /// The number of the next part, from 1.
    var next: Int { etags.withLock { $0.count } + 1 }

    /// Sends the next part.
    func send(_ bytes: [UInt8]) async throws(ObjectStorageError) {
        let number = next
        guard number <= 10_000 else {
            throw ObjectStorageError(.refused, "\(bucket.writing(key)): it is larger than 484 GiB")
        }
        var call = call("PUT", [("partNumber", String(number))])
        call.body = bytes
        let response = try await bucket.perform(call)
        await response.body.close()
        guard let etag = response.fields["ETag"] else {
            throw .malformed("a part has no `ETag`", doing: call.activity)
        }
        etags.withLock { $0.append(etag) }
    }

    /// Makes the object of its parts; the store may answer with success and tell a failure.
    func complete() async throws(ObjectStorageError) {
        let parts = etags.withLock { $0 }.enumerated()
            .map { number, etag in
                "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\(Self.escaped(etag))</ETag></Part>"
            }
        var call = call("POST", [])
        call.body = Array(
            "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>".utf8
        )
        call.limits.stalling = .seconds(300)
        do throws(ObjectStorageError) {
            let answer = try await bucket.document(call)
            guard answer.name == "CompleteMultipartUploadResult" else {
                throw .malformed("an upload has no end", doing: call.activity)
            }
        } catch {
            guard error.code == .missing else { throw error }
            // Its answer may have been lost on the way: then there is an object, and no upload any more.
            throw ObjectStorageError(
                .unavailable,
                "\(error.message); whether it was completed is not known: it is written again",
                isRetryable: true
            )
        }
    }

    /// Throws the parts away; the store does so by its own rules where this fails.
    func abort() async {
        let response = try? await bucket.perform(call("DELETE", []))
        await response?.body.close()
    }

    private func call(_ method: String, _ query: [(name: String, value: String)]) -> StoreCall {
        StoreCall(
            method: method,
            key: key,
            query: query + [("uploadId", identifier)],
            activity: bucket.writing(key)
        )
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "&"): result += "&amp;"
            case UInt8(ascii: "<"): result += "&lt;"
            case UInt8(ascii: ">"): result += "&gt;"
            default: result.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
    }
}
