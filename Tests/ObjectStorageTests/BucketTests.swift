import HTTP
import Loopback
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// Lists, looks, reads and writes, against a store that checks each signature.
@Suite("Buckets")
struct BucketTests {
    @Test("objects are listed page by page, whatever their names are")
    func listing() async throws {
        let store = try S3Double(pageSize: 2)
        let names = ["a b+c.csv", "a%20.csv", "añ/é&<x>.csv", "a\u{600}'.csv", "a~_-.csv", "b.csv"]
        for name in names { store.put("2024/\(name)", name.utf8) }
        let bucket = try bucket(of: store)
        let found = try await bucket.objects(withPrefix: "2024/a")
        let expected = names.dropLast().map { "2024/\($0)" }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(found.map(\.key) == expected)
        #expect(found.allSatisfy { $0.etag == store.objects[$0.key]?.etag })
        #expect(found.map(\.size) == expected.map { store.objects[$0]?.bytes.count })
        #expect(store.requests.count == 3)
        let wanted = try await bucket.objects(withPrefix: "") { $0.hasSuffix("b.csv") }
        #expect(wanted.map(\.key) == ["2024/b.csv"])
        for name in names {
            let reader = try await bucket.open("2024/\(name)")
            #expect(try await reader.all() == Array(name.utf8))
        }
        #expect(Bucket.prefix(ofPattern: "a/2024-*/b*.csv") == "a/2024-")
        #expect(Bucket.prefix(ofPattern: "a/b.csv") == "a/b.csv")
    }

    @Test(
        "lists that cannot be right are refused",
        arguments: [
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><Contents><Key>other</Key></Contents></ListBucketResult>",
            "<ListBucketResult><Contents></Contents></ListBucketResult>",
            "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>in%ff</Key></Contents>"
                + "</ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>1"
                + "</NextContinuationToken></ListBucketResult>",
            "<ListBucketResult><IsTruncated>TRUE</IsTruncated></ListBucketResult>",
            "<ListBucketResult><IsTruncated>perhaps</IsTruncated></ListBucketResult>",
            "<html>hello</html>", "hello", "",
        ]
    )
    func badLists(text: String) async throws {
        let store = try S3Double { _, connection, _ in
            connection.answer(200, [], text.utf8)
            return true
        }
        let bucket = try bucket(of: store)
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket.objects(withPrefix: "in")
        }
        #expect(error?.code == .malformed)
        #expect(error?.isRetryable == false)
    }

    @Test("a list that never ends is given up, by its pages and by its names")
    func endlessLists() async throws {
        let count = Atomic(0)
        let store = try S3Double { _, connection, _ in
            let number = count.add(1, ordering: .relaxed).newValue
            connection.answer(
                200,
                [],
                ("<ListBucketResult><Contents><Key>in\(number)</Key></Contents><IsTruncated>true"
                    + "</IsTruncated><NextContinuationToken>\(number)</NextContinuationToken>"
                    + "</ListBucketResult>")
                    .utf8
            )
            return true
        }
        let bucket = try bucket(of: store)
        for limits in [ListLimits(pages: 7), ListLimits(bytes: 20)] {
            count.store(0, ordering: .relaxed)
            let error = await #expect(throws: ObjectStorageError.self) {
                try await bucket.objects(withPrefix: "in", where: { _ in true }, upTo: limits)
            }
            #expect(error?.code == .malformed)
            #expect(error?.message.contains("a list has no end") == true)
            #expect(count.load(ordering: .relaxed) == 7)
        }
    }

    @Test("an object's size and version are known before it is read")
    func looking() async throws {
        let store = try S3Double()
        store.put("a b.csv", "12345".utf8)
        let bucket = try bucket(of: store)
        let status = try #require(try await bucket.status(of: "a b.csv"))
        #expect(status.size == 5)
        #expect(status.etag == store.objects["a b.csv"]?.etag)
        #expect(status.modified == 1_704_164_645)
        #expect(try await bucket.objects(withPrefix: "a").map(\.modified) == [1_704_164_645])
        #expect(try await bucket.status(of: "b.csv") == nil)
    }

    @Test("what the store refuses is told by its code, with what to do, and no secret")
    func refusals() async throws {
        let store = try S3Double()
        let unknown = try bucket(of: store, named: "nowhere")
        let wrong = try bucket(of: store, secretKey: "s3cret of another")
        let elsewhere = try bucket(of: store, region: "us-east-1")
        let cases: [(Bucket, ObjectStorageError.Code, String)] = [
            (
                unknown, .missing,
                "listing `s3://nowhere/x*`: the store says `NoSuchBucket` (status 404); check the "
                    + "bucket's name and the endpoint"
            ),
            (
                wrong, .denied,
                "listing `s3://drops/x*`: the store says `SignatureDoesNotMatch` (status 403); check "
                    + "the credentials' secret, and the region"
            ),
            (
                elsewhere, .denied,
                "listing `s3://drops/x*`: the store says `AuthorizationHeaderMalformed` (status 400)"
            ),
        ]
        for (bucket, code, message) in cases {
            let error = await #expect(throws: ObjectStorageError.self) {
                try await bucket.objects(withPrefix: "x")
            }
            #expect(error?.code == code)
            #expect(error?.message == message)
            #expect(error?.isRetryable == false)
        }
        #expect(store.requests.count == 3)
        let head = await #expect(throws: ObjectStorageError.self) {
            try await wrong.status(of: "x")
        }
        #expect(
            head?.message
                == "looking for `s3://drops/x`: the store says status 403; check the credentials, and "
                + "their rights to read and to list: without the second, an object that is not there "
                + "looks the same"
        )
    }

    @Test("a store that is busy is asked again, after the pause that it wants")
    func busy() async throws {
        let tries = Atomic(0)
        let store = try S3Double { _, connection, _ in
            switch tries.add(1, ordering: .relaxed).newValue {
            case 1: connection.cut()
            case 2: connection.answer(429, [("Retry-After", "17")])
            case 3: S3Double.refuse(connection, 503, "SlowDown")
            default: return false
            }
            return true
        }
        store.put("x", "1".utf8)
        let pauses = Mutex<[Duration]>([])
        let patient = try bucket(of: store) { pause in pauses.withLock { $0.append(pause) } }
        #expect(try await patient.objects(withPrefix: "x").count == 1)
        let waited = pauses.withLock { $0 }
        #expect(waited.count == 3)
        #expect(waited[1] == .seconds(17))
        #expect(waited[2] < .seconds(1))
        tries.store(2, ordering: .relaxed)
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket(of: store, tries: 1).objects(withPrefix: "x")
        }
        #expect(error?.code == .unavailable)
        #expect(error?.isRetryable == true)
    }

    @Test("a pause that is longer than a slot should wait is the caller's")
    func longPause() async throws {
        let store = try S3Double { _, connection, _ in
            connection.answer(503, [("Retry-After", "3600")])
            return true
        }
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket(of: store).objects(withPrefix: "x")
        }
        #expect(error?.retryAfter == .seconds(3600))
        #expect(store.requests.count == 1)
    }

    @Test("another region is followed within the same endpoint, and signed for anew")
    func regions() async throws {
        let near = try S3Double(region: "eu-west-1")
        near.put("x", "near".utf8)
        let isOver = Atomic(false)
        let store = try S3Double(region: "us-east-1") { request, connection, store in
            if isOver.exchange(true, ordering: .relaxed) { return false }
            let fields = [
                (name: "Location", value: store.url + "/elsewhere"),
                ("x-amz-bucket-region", "us-east-1"),
            ]
            connection.answer(307, fields)
            return true
        }
        store.put("x", "there".utf8)
        let followed = try bucket(of: store, region: "eu-west-1")
        #expect(try await followed.open("x").all() == Array("there".utf8))
        #expect(try await followed.open("x").all() == Array("there".utf8))
        #expect(store.requests.count == 3)
        let leading = try S3Double { request, connection, _ in
            connection.answer(307, [("Location", near.url + request.target)])
            return true
        }
        let error = await #expect(throws: ObjectStorageError.self) {
            try await bucket(of: leading).open("x")
        }
        #expect(error?.code == .denied)
        #expect(near.requests.isEmpty)
    }

    @Test("places: at AWS the bucket is in the host, elsewhere in the path")
    func places() throws {
        func place(_ bucket: String, _ region: String, _ endpoint: String?) throws -> BucketLocation
        {
            try BucketLocation(
                bucket: bucket,
                region: region,
                endpoint: endpoint.map { text throws(HTTPError) in try HTTPURL(text) }
            )
        }
        let aws = try place("drops", "eu-west-1", nil)
        #expect(try aws.url(path: "/a").description == "https://drops.s3.eu-west-1.amazonaws.com/a")
        let dotted = try place("my.drops", "eu-west-1", nil)
        #expect(
            try dotted.url(path: "/a").description
                == "https://s3.eu-west-1.amazonaws.com/my.drops/a"
        )
        let own = try place("drops", "x", "https://minio:9000")
        #expect(try own.url(path: "/a").description == "https://minio:9000/drops/a")
        let places: [(BucketLocation, String, Bool)] = [
            (aws, "https://drops.s3.us-west-2.amazonaws.com/", true),
            (aws, "https://others.s3.us-west-2.amazonaws.com/", false),
            (aws, "https://drops.s3.dualstack.us-west-2.amazonaws.com/", true),
            (aws, "https://drops.s3-us-west-2.amazonaws.com/", true),
            (aws, "https://drops.s3.amazonaws.com/", true),
            (aws, "https://drops.execute-api.eu-west-1.amazonaws.com/", false),
            (aws, "https://s3.us-west-2.amazonaws.com/", false),
            (dotted, "https://s3.us-west-2.amazonaws.com/", true),
            (dotted, "https://x.execute-api.eu-west-1.amazonaws.com/", false),
            (dotted, "https://ec2-1-2-3-4.eu-west-1.compute.amazonaws.com/", false),
            (dotted, "https://s3-x.eu-west-1.elb.amazonaws.com/", false),
            (aws, "https://drops.evil.com/", false),
            (aws, "https://drops.s3.amazonaws.com.evil.com/", false),
            (aws, "http://drops.s3.us-west-2.amazonaws.com/", false),
            (own, "https://eu.minio:9000/", true), (own, "https://minio:9001/", false),
            (own, "https://notminio:9000/", false),
        ]
        for (place, url, isCovered) in places {
            #expect(try place.covers(HTTPURL(url)) == isCovered, "\(url)")
        }
        for bucket in ["", "ab", "../x", "a/b", "a b c", "-abc", "a?b", "café"] {
            #expect(throws: ObjectStorageError.self) { try place(bucket, "eu-west-1", nil) }
        }
        #expect(throws: ObjectStorageError.self) { try place("drops", "eu.evil.com/", nil) }
        #expect(throws: ObjectStorageError.self) { try place("drops", "x", "https://h/path") }
    }
}
