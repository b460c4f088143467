import Loopback
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// Objects are written whole or not at all.
@Suite("Writing objects")
struct WritingTests {
    /// Pieces of a megabyte, some of them.
    private static func pieces(_ count: Int) -> () async throws -> [UInt8]? {
        var left = count
        return {
            left -= 1
            return left >= 0
                ? [UInt8](repeating: UInt8(truncatingIfNeeded: left), count: 1 << 20) : nil
        }
    }

    @Test("small ones in one request, with their fields")
    func small() async throws {
        let store = try S3Double()
        let bucket = try bucket(of: store)
        try await bucket.put(
            "a b.txt",
            Array("hello".utf8),
            fields: [("Content-Type", "text/plain")]
        )
        #expect(store.objects["a b.txt"]?.bytes == Array("hello".utf8))
        #expect(store.requests[0]["Content-Type"] == "text/plain")
        try await bucket.put("empty", [])
        #expect(store.objects["empty"]?.bytes == [])
        try await bucket.put("pieces", from: Self.pieces(7))
        #expect(store.objects["pieces"]?.bytes.count == 7 << 20)
        #expect(store.requests.count == 3)
    }

    @Test("large ones in parts, the last of them short")
    func parts() async throws {
        let store = try S3Double()
        try await bucket(of: store).put("large", from: Self.pieces(19))
        let bytes = try #require(store.objects["large"]?.bytes)
        #expect(bytes.count == 19 << 20)
        #expect((0..<19).allSatisfy { bytes[$0 << 20] == UInt8(18 - $0) })
        #expect(store.requests.count { $0.query["partNumber"] != nil } == 3)
        #expect(store.uploadCount == 0)
        #expect(Bucket.size(ofPart: 1) == 8 << 20)
        #expect((1...10_000).reduce(0) { $0 + Bucket.size(ofPart: $1) } >> 30 == 484)
    }

    @Test("an upload that fails leaves nothing behind")
    func abort() async throws {
        struct Stop: Error {}
        let store = try S3Double()
        let next = Self.pieces(12)
        let count = Mutex(0)
        await #expect(throws: Stop.self) {
            try await bucket(of: store)
                .put("large") {
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    if number > 10 { throw Stop() }
                    return try await next()
                }
        }
        #expect(store.uploadCount == 0)
        #expect(store.objects.isEmpty)
        #expect(store.requests.last?.method == "DELETE")
    }

    @Test("a cancelled upload leaves nothing behind")
    func cancelled() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let store = try S3Double { request, connection, _ in
            guard request.query["partNumber"] == "2" else { return false }
            arrival.yield()
            connection.waitForEnd()
            return true
        }
        let bucket = try bucket(of: store)
        let task = Task { try await bucket.put("large", from: Self.pieces(20)) }
        var arrived = arrivals.makeAsyncIterator()
        await arrived.next()
        task.cancel()
        let error = await #expect(throws: ObjectStorageError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(store.uploadCount == 0)
        #expect(store.objects.isEmpty)
    }

    @Test(
        "a part that breaks off is sent again; so is the end, when the store says that it has failed"
    )
    func retries() async throws {
        let faults = Atomic(0)
        let store = try S3Double { request, connection, _ in
            let isEnd = request.method == "POST" && request.query["uploadId"] != nil
            guard request.query["partNumber"] == "1" || isEnd else { return false }
            switch faults.add(1, ordering: .relaxed).newValue {
            case 1: connection.cut()
            case 3: S3Double.refuse(connection, 200, "InternalError")
            default: return false
            }
            return true
        }
        try await bucket(of: store).put("large", from: Self.pieces(9))
        #expect(store.objects["large"]?.bytes.count == 9 << 20)
        #expect(faults.load(ordering: .relaxed) == 4)
    }

    @Test("an error in an answer of success is an error, and the parts are thrown away")
    func errorInSuccess() async throws {
        let store = try S3Double { request, connection, _ in
            guard request.method == "POST", request.query["uploadId"] != nil else { return false }
            S3Double.refuse(connection, 200, "EntityTooSmall")
            return true
        }
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket(of: store).put("large", from: Self.pieces(9))
        }
        #expect(error?.code == .refused)
        #expect(
            error?.message
                == "writing `s3://drops/large`: the store says `EntityTooSmall` (status 200)"
        )
        #expect(store.uploadCount == 0)
    }

    @Test("an end whose answer was lost is not known: another try may help")
    func lostEnd() async throws {
        let isFirst = Atomic(true)
        let store = try S3Double { request, connection, store in
            guard request.method == "POST", request.query["uploadId"] != nil,
                isFirst.exchange(false, ordering: .relaxed)
            else { return false }
            store.loseUploads()
            connection.cut()
            return true
        }
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket(of: store).put("large", from: Self.pieces(9))
        }
        #expect(error?.code == .unavailable)
        #expect(error?.isRetryable == true)
    }
}
