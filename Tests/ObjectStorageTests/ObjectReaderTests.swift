import Loopback
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// Objects are read whole or not at all, whatever happens to connections and to them.
@Suite("Reading objects")
struct ObjectReaderTests {
    private static let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    /// A store whose connections break after some bytes, as often as is said.
    private static func breaking(
        after count: Int,
        times: Int,
        then change: @escaping @Sendable (S3Double) -> Void = { _ in }
    ) throws -> S3Double {
        let left = Atomic(times)
        let store = try S3Double { request, connection, store in
            guard request.method == "GET",
                left.subtract(1, ordering: .relaxed).newValue >= 0,
                let object = store.objects["x"]
            else { return false }
            if let wanted = request["If-Match"], wanted != object.etag { return false }
            let start = request["Range"]?.firstMatch(of: /bytes=(\d+)-/).flatMap { Int($0.1) } ?? 0
            let size = object.bytes.count
            var fields = [
                (name: "ETag", value: object.etag), ("Content-Length", String(size - start)),
            ]
            if start > 0 { fields.append(("Content-Range", "bytes \(start)-\(size - 1)/\(size)")) }
            connection.begin(start > 0 ? 206 : 200, fields)
            connection.write(object.bytes[start...].prefix(count))
            change(store)
            connection.cut()
            return true
        }
        store.put("x", content)
        return store
    }

    @Test("a connection that breaks again and again is made anew where it broke")
    func resuming() async throws {
        let store = try Self.breaking(after: 70_000, times: 9)
        let reader = try await bucket(of: store, tries: 2).open("x")
        #expect(reader.status.size == Self.content.count)
        #expect(try await reader.all() == Self.content)
        #expect(store.requests.count == 10)
        #expect(store.requests[1]["Range"] == "bytes=70000-")
        #expect(store.requests[1]["If-Match"] == reader.status.etag)
    }

    @Test(
        "an object that is shorter than the store has listed it is not read, and another try may succeed"
    )
    func cutInBetween() async throws {
        let store = try S3Double { request, connection, store in
            guard request.method == "GET", request.path.hasSuffix("/x"),
                let object = store.objects["x"]
            else { return false }
            connection.answer(200, [("ETag", object.etag)], object.bytes.prefix(500))
            return true
        }
        store.put("x", Self.content)
        let bucket = try bucket(of: store)
        let listed = try await bucket.objects(withPrefix: "x") { _ in true }
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket.open("x", listed: listed.first)
        }
        #expect(error?.code == .changed)
        #expect(error?.isRetryable == true)
        #expect(error?.message.contains("another length") == true)
        // Where the store said no length before, or says none now, nothing can be compared at the beginning.
        let unsized = ObjectStatus(
            key: "x",
            size: nil,
            etag: listed.first?.etag,
            modified: nil
        )
        #expect(try await bucket.open("x", listed: unsized).all().count == 500)
        // Another version may have another length.
        store.put("x", [1, 2, 3])
        let reader = try await bucket.open("x", listed: listed.first)
        #expect(try await reader.all() == [1, 2, 3])
    }

    @Test("tries that bring nothing are counted")
    func noProgress() async throws {
        let store = try Self.breaking(after: 10, times: 1000)
        let reader = try await bucket(of: store, tries: 3).open("x")
        let error = await #expect(throws: ObjectStorageError.self) { try await reader.all() }
        #expect(error?.code == .unavailable)
        #expect(error?.isRetryable == true)
        #expect(store.requests.count == 3)
    }

    @Test("an object that changes meanwhile is not read on: bytes of two versions are never mixed")
    func changed() async throws {
        let changes: [@Sendable (S3Double) -> Void] = [
            { $0.put("x", Self.content.reversed()) }, { $0.remove("x") },
        ]
        for change in changes {
            let store = try Self.breaking(after: 70_000, times: 1, then: change)
            let reader = try await bucket(of: store).open("x")
            var received: [UInt8] = []
            let error = await #expect(throws: ObjectStorageError.self) {
                while let piece = try await reader.next() { received += piece }
            }
            #expect(error?.code == .changed)
            #expect(error?.isRetryable == true)
            #expect(received == Array(Self.content.prefix(70_000)))
            #expect(store.requests.count == 2)
        }
    }

    @Test("a store that is busy where a connection broke is asked as often as at first")
    func busyMeanwhile() async throws {
        let isFirst = Atomic(true)
        let store = try S3Double { _, connection, store in
            if isFirst.exchange(false, ordering: .relaxed) {
                let etag = store.objects["x"]?.etag ?? ""
                connection.begin(200, [("ETag", etag), ("Content-Length", "1000000")])
                connection.write(Self.content.prefix(70_000))
                connection.cut()
            } else {
                S3Double.refuse(connection, 503, "SlowDown")
            }
            return true
        }
        store.put("x", Self.content)
        let reader = try await bucket(of: store).open("x")
        let error = await #expect(throws: ObjectStorageError.self) { try await reader.all() }
        #expect(error?.code == .unavailable)
        #expect(store.requests.count == 5)
    }

    @Test("an object whose end is not told, or that is answered in part, is not begun")
    func noEnd() async throws {
        let heads: [(Int, [(name: String, value: String)])] = [
            (200, []), (206, [("Content-Length", "3")]), (204, [("Content-Length", "3")]),
        ]
        for (status, fields) in heads {
            let store = try S3Double { _, connection, _ in
                connection.begin(status, fields)
                connection.write("abc")
                connection.cut()
                return true
            }
            let error = await #expect(throws: ObjectStorageError.self) {
                try await bucket(of: store).open("x")
            }
            #expect(error?.code == .malformed, "\(status)")
            #expect(error?.isRetryable == false)
        }
        let chunked = try S3Double { _, connection, _ in
            connection.begin(200, [("Transfer-Encoding", "chunked")])
            connection.write("3\r\nabc\r\n0\r\n\r\n")
            return true
        }
        #expect(try await bucket(of: chunked).open("x").all() == Array("abc".utf8))
    }

    @Test("a store that answers with another part, or another version, is not believed")
    func wrongParts() async throws {
        let store = try Self.breaking(after: 70_000, times: 1)
        let wrong: [@Sendable (WebServer.Request, WebConnection) -> Void] = [
            { _, connection in connection.answer(200, [("ETag", store.objects["x"]?.etag ?? "")]) },
            { _, connection in
                connection.answer(
                    206,
                    [
                        ("ETag", store.objects["x"]?.etag ?? ""),
                        ("Content-Range", "bytes 0-999999/1000000"),
                    ],
                    Self.content
                )
            },
            { _, connection in connection.answer(206, [("ETag", "\"other\"")], "x".utf8) },
        ]
        for (number, answer) in wrong.enumerated() {
            let isFirst = Atomic(true)
            let lying = try S3Double { request, connection, _ in
                if isFirst.exchange(false, ordering: .relaxed) {
                    let etag = store.objects["x"]?.etag ?? ""
                    connection.begin(200, [("ETag", etag), ("Content-Length", "1000000")])
                    connection.write(Self.content.prefix(70_000))
                    connection.cut()
                } else {
                    answer(request, connection)
                }
                return true
            }
            let reader = try await bucket(of: lying).open("x")
            let error = await #expect(throws: ObjectStorageError.self) { try await reader.all() }
            #expect(error?.code == (number == 2 ? .changed : .malformed))
        }
    }

    @Test("a missing object is missing; a cancelled read ends")
    func endings() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let store = try S3Double { request, connection, _ in
            guard request.path.hasSuffix("/slow") else { return false }
            connection.begin(200, [("ETag", "\"e\""), ("Content-Length", "10")])
            connection.write("1")
            arrival.yield()
            connection.waitForEnd()
            return true
        }
        let bucket = try bucket(of: store)
        let error = await #expect(throws: ObjectStorageError.self) { try await bucket.open("x") }
        #expect(error?.code == .missing)
        let task = Task { try await bucket.open("slow").all() }
        var arrived = arrivals.makeAsyncIterator()
        await arrived.next()
        task.cancel()
        let cancelled = await #expect(throws: ObjectStorageError.self) { try await task.value }
        #expect(cancelled?.code == .cancelled)
    }
}
