import Loopback
import Pipelines
import Rows
import Synchronization
import TestSupport
import Testing

@testable import Extraction

/// Objects of a store as a source, by what a definition says of it.
@Suite("Sources in S3")
struct S3SourceTests {
    private static let variables = [
        "BUCKET": S3Double.bucket, "S3_KEY": S3Double.accessKey,
        "S3_SECRET": S3Double.secretKey, "S3_SESSION": S3Double.sessionToken,
    ]

    private static func sources(
        _ store: S3Double,
        _ change: (inout S3Place, inout [String: String]) -> Void = { _, _ in }
    ) -> Sources {
        var place = S3Place(url: "s3://${BUCKET}/in/")
        (place.region, place.endpoint) = ("eu-west-1", "${S3_URL}")
        (place.key, place.secret, place.session) = ("${S3_KEY}", "${S3_SECRET}", "${S3_SESSION}")
        place.isPrivate = true
        var variables = variables
        variables["S3_URL"] = store.url
        change(&place, &variables)
        return Sources(
            ["drops": .s3(place)],
            folder: "/nowhere",
            environment: SourceEnvironment { [variables] in variables[$0] }
        )
    }

    private static func extract(_ pattern: String) -> Extract {
        Extract(source: "drops", selection: .objects(pattern: pattern, format: .csv(CSVDialect())))
    }

    private static func rows(_ sources: Sources, _ pattern: String) async throws -> [[String]] {
        var reader = try await sources.open(
            extract(pattern),
            period: Period("2024-01", grain: .month),
            clock: SourceClock(zone: "UTC")
        )
        return try await drain(&reader).map(\.fields)
    }

    @Test("an object that somebody cuts on its way is not loaded", arguments: ["*.csv", "a.csv"])
    func cut(pattern: String) async throws {
        let store = try S3Double { request, connection, store in
            guard request.method == "GET", let object = store.objects["in/a.csv"],
                request.path.hasSuffix("/a.csv")
            else { return false }
            connection.answer(200, [("ETag", object.etag)], object.bytes.prefix(9))
            return true
        }
        store.put("in/a.csv", "id,v\n1,a\n2,b\n".utf8)
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.rows(Self.sources(store), pattern)
        }
        #expect(error?.code == .changed)
    }

    @Test("objects of a pattern are found page by page, and read in the order of their names")
    func patterns() async throws {
        let store = try S3Double(pageSize: 2)
        store.put("in/2024-01/b c.csv", "id,v\n3,c\n".utf8)
        store.put("in/2024-01/a.csv", "id,v\n1,a\n2,b".utf8)
        for other in [
            "in/2024-01/.hidden.csv", "in/2024-01/x/y.csv", "in/2024-01/", "in/2024-02/a.csv",
        ] {
            store.put(other, "id,v\n9,z\n".utf8)
        }
        store.put("other/2024-01/a.csv", "id,v\n9,z\n".utf8)
        let sources = Self.sources(store)
        #expect(
            try await Self.rows(sources, "{period}/*.csv") == [
                ["1", "a"], ["2", "b"], ["3", "c"],
            ]
        )
        let period = Period("2024-01", grain: .month)
        let summaries = try await sources.inspect(Self.extract("{period}/*.csv"), period: period)
        #expect(summaries?.map(\.name) == ["2024-01/a.csv", "2024-01/b c.csv"])
        #expect(summaries?.map(\.size) == [12, 9])
        #expect(summaries?[0].modified == 1_704_164_645_000_000_000)
        let files = try #require(try await sources.files(of: Self.extract("{period}/*.csv")))
        let statuses = try await files.byPeriod(.month)
        #expect(statuses.mapValues { $0.map(\.name) }.count == 2)
        #expect(statuses.values.joined().allSatisfy { $0.modified == summaries?[0].modified })
    }

    @Test(
        "an object of any time is found and read",
        arguments: [
            ("9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT", 9_223_372_035_000_000_000),
            ("0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT", -9_223_372_035_000_000_000),
        ] as [(String, String, Int64)]
    )
    func distantTimes(listed: String, told: String, kept: Int64) async throws {
        let store = try S3Double(modified: (listed, told))
        store.put("in/a.csv", "id,v\n1,a\n".utf8)
        let sources = Self.sources(store)
        let files = try #require(try await sources.files(of: Self.extract("*.csv")))
        #expect(try await files.all().map(\.modified) == [kept])
        for pattern in ["*.csv", "a.csv"] {
            #expect(try await Self.rows(sources, pattern) == [["1", "a"]])
        }
        let summaries = try await sources.inspect(Self.extract("a.csv"), period: nil)
        #expect(summaries?.map(\.modified) == [kept])
    }

    @Test(
        "an object without a pattern is read without a list, packed or not, from a store that breaks"
    )
    func single() async throws {
        let lines = "id,v\n" + (0..<40_000).map { "\($0),value \($0)\n" }.joined()
        let breaks = Atomic(3)
        let store = try S3Double { request, connection, store in
            guard request.method == "GET", let object = store.objects["in/a.csv"],
                breaks.subtract(1, ordering: .relaxed).newValue >= 0
            else { return false }
            let start = request["Range"]?.firstMatch(of: /bytes=(\d+)-/).flatMap { Int($0.1) } ?? 0
            let size = object.bytes.count
            let range = (name: "Content-Range", value: "bytes \(start)-\(size - 1)/\(size)")
            let length = (name: "Content-Length", value: String(size - start))
            connection.begin(
                start > 0 ? 206 : 200,
                [range, length, (name: "ETag", value: object.etag)]
            )
            connection.write(object.bytes[start...].prefix(100_000))
            connection.cut()
            return true
        }
        store.put("in/a.csv", lines.utf8)
        store.put("in/b.gz", Gzip.stored(Array("id,v\n1,a\n".utf8)))
        #expect(try await Self.rows(Self.sources(store), "a.csv").count == 40_000)
        #expect(try await Self.rows(Self.sources(store), "b.gz") == [["1", "a"]])
        #expect(store.requests.allSatisfy { !$0.query.keys.contains("list-type") })
    }

    @Test("what is not there is missing, what may not be read is denied, and no value is shown")
    func refusals() async throws {
        let store = try S3Double()
        store.put("in/a.csv", "id\n1\n".utf8)
        let cases:
            [(String, ExtractionError.Code, (inout S3Place, inout [String: String]) -> Void)] = [
                ("b.csv", .missing, { _, _ in }), ("b*.csv", .missing, { _, _ in }),
                ("a.csv", .denied, { _, variables in variables["S3_SECRET"] = "s3cret-other" }),
                ("a.csv", .variable, { _, variables in variables["S3_SECRET"] = nil }),
                ("a.csv", .unavailable, { place, _ in place.endpoint = "http://127.0.0.1:1" }),
                ("a.csv", .misconfigured, { place, _ in place.isPrivate = false }),
                ("a.csv", .misconfigured, { place, _ in place.url = "${S3_SECRET}" }),
                ("a.csv", .misconfigured, { place, _ in place.endpoint = "${S3_SECRET}" }),
                ("*.csv", .missing, { _, variables in variables["BUCKET"] = "nowhere-at-all" }),
            ]
        for (pattern, code, change) in cases {
            let error = await #expect(throws: ExtractionError.self, "\(pattern) \(code)") {
                try await Self.rows(Self.sources(store, change), pattern)
            }
            #expect(error?.code == code, "\(String(describing: error))")
            for secret in ["s3cret", "nowhere-at-all"] {
                #expect(
                    error?.description.contains(secret) == false,
                    "\(String(describing: error))"
                )
            }
        }
        let none = await #expect(throws: ExtractionError.self) {
            try await Self.rows(Self.sources(store), "b*.csv")
        }
        #expect(
            none?.message
                == "no object matches `b*.csv` in `s3://${BUCKET}/in/`; it is not there yet, or is "
                + "called otherwise"
        )
    }

    @Test("an object that changes while it is read is changed, and another attempt may read it")
    func changed() async throws {
        let isFirst = Atomic(true)
        let store = try S3Double { request, connection, store in
            guard request.method == "GET", isFirst.exchange(false, ordering: .relaxed) else {
                return false
            }
            let etag = store.objects["in/a.csv"]?.etag ?? ""
            connection.begin(200, [("ETag", etag), ("Content-Length", "1000")])
            connection.write("id,v\n1,a\n")
            store.put("in/a.csv", "id,v\n2,b\n".utf8)
            connection.cut()
            return true
        }
        store.put("in/a.csv", [UInt8](repeating: 1, count: 1000))
        let error = await #expect(throws: ExtractionError.self) {
            try await Self.rows(Self.sources(store), "a.csv")
        }
        #expect(error?.code == .changed)
        #expect(error?.isRetryable == true)
    }
}
