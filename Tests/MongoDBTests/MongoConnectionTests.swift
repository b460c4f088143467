import Loopback
import TestSupport
import Testing
import Words

@testable import MongoDB

@Suite("Documents of MongoDB")
struct MongoConnectionTests {
    /// All lines of a search, read in small pieces.
    private func lines(
        _ server: MongoDouble,
        _ search: DocumentSearch = DocumentSearch("every")
    ) async throws -> [String] {
        let connection = try await MongoConnection.connect(MongoConfiguration(url: server.url))
        try await connection.begin(search)
        var bytes: [UInt8] = []
        var isLast = false
        while !isLast {
            let (lines, ends) = try await connection.fetch(upTo: 1)
            bytes += lines
            isLast = ends
        }
        await connection.close()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static let cells: [(value: BSONValue, json: String)] = [
        (.double(0.1), "0.1"), (.double(1e300), "1e+300"), (.double(.nan), "\"nan\""),
        (.double(-.infinity), "\"-inf\""), (.string("ñ😀\"\\\n"), #""ñ😀\"\\\u000a""#),
        (.document([.init("x", .document([.init("é", .int32(1))]))]), #"{"x":{"é":1}}"#),
        (.array([.int32(1), .null, .array([])]), "[1,null,[]]"),
        (.binary(kind: 0, [0, 0xff]), #""\\x00ff""#),
        (.binary(kind: 4, Array(0..<16)), #""00010203-0405-0607-0809-0a0b0c0d0e0f""#),
        (
            .objectID([0x65, 0xe0] + [UInt8](repeating: 0, count: 10)),
            #""65e000000000000000000000""#
        ),
        (.bool(true), "true"), (.bool(false), "false"), (.null, "null"),
        (.date(1_709_251_199_125), #""2024-02-29 23:59:59.125+00""#),
        (.date(-1), #""1969-12-31 23:59:59.999+00""#), (.date(.min), "\"\(Int64.min)\""),
        (.regex("a", "i"), #""regular expression""#), (.int32(.min), "-2147483648"),
        (.timestamp(1_709_251_199), #""2024-02-29 23:59:59+00""#),
        (.int64(9_007_199_254_740_993), "9007199254740993"),
        // 1234567890123456789012345678901.234 and NaN
        (
            .decimal(0x303a_3cde_6fff_9732, 0xde82_5cd0_7e96_aff2),
            "1234567890123456789012345678901.234"
        ),
        (.decimal(0x7c00_0000_0000_0000, 0), "\"NaN\""),
    ]

    @Test("are lines of JSON that keep every value as what it is")
    func values() async throws {
        let members = Self.cells.enumerated().map { BSONValue.Member("c\($0)", $1.value) }
        let server = try MongoDouble(["every": [.document([.init("_id", .int32(1))] + members)]])
        let expected = Self.cells.enumerated().map { ",\"c\($0)\":\($1.json)" }.joined()
        #expect(try await lines(server) == ["{\"_id\":1\(expected)}"])
    }

    private static func numbered(_ ids: [BSONValue]) -> [BSONValue] {
        ids.map { .document([.init("_id", $0), .init("v", .string("x"))]) }
    }

    private static let mixed = numbered(
        (1...5).map { .int32($0) } + ["a", "b", "c"].map { .string($0) } + [.bool(true)]
    )

    private static func dated(_ document: BSONValue, _ milliseconds: Int64) -> BSONValue {
        guard case .document(let members) = document else { return document }
        return .document(members + [.init("at", .date(milliseconds))])
    }

    @Test("come in the order of their `_id`, only with the members that are read")
    func search() async throws {
        let server = try MongoDouble([
            "every": Self.mixed.map { Self.dated($0, 5) } + [Self.dated(Self.mixed[0], 4)]
        ])
        let search = DocumentSearch(
            "every",
            filter: #"{"at": {"$gte": {"$date": {"$numberLong": "5"}}}}"#,
            members: ["v", "v"]
        )
        #expect(try await lines(server, search).count == Self.mixed.count)
        let find = try #require(server.commands("find").first)
        #expect(find["filter"] == .document([.init("at", .document([.init("$gte", .date(5))]))]))
        #expect(find["sort"] == .document([.init("_id", .int32(1))]))
        #expect(find["projection"] == .document([.init("_id", .int32(1)), .init("v", .int32(1))]))
        #expect(server.commands("insert").isEmpty)
    }

    @Test(
        "are all read once when connections break and cursors are forgotten, whatever their `_id` is",
        arguments: [MongoDouble.Fault.cut, .error(43), .error(11600)]
    )
    func resumed(_ fault: MongoDouble.Fault) async throws {
        let server = try MongoDouble(["every": Self.mixed]) { name, _ in
            name == "getMore" ? fault : nil
        }
        let found = try await lines(server)
        let undisturbed = try await lines(MongoDouble(["every": Self.mixed]))
        #expect(found == undisturbed)
        #expect(server.commands("find").count > 3)
    }

    @Test("are all read where a batch has none and the cursor stays open")
    func emptyBatches() async throws {
        let server = try MongoDouble(["every": Self.mixed]) { name, count in
            name == "getMore" && count % 3 != 0 ? .emptyBatch : nil
        }
        #expect(try await lines(server) == lines(MongoDouble(["every": Self.mixed])))
        #expect(server.commands("find").count == 1)
    }

    @Test("are all read by other cursors where one brings nothing but empty batches")
    func endlessBatches() async throws {
        let server = try MongoDouble(["every": Self.mixed]) { name, _ in
            name == "getMore" ? .emptyBatch : nil
        }
        #expect(try await lines(server) == lines(MongoDouble(["every": Self.mixed])))
        #expect(server.commands("getMore").count >= 1000)
        #expect(server.commands("find").count > 3)
    }

    @Test("are given up when five connections in a row bring none")
    func givenUp() async throws {
        let server = try MongoDouble(["every": Self.mixed]) { name, count in
            name == "getMore" || name == "find" && count > 1 ? .cut : nil
        }
        let error = await #expect(throws: MongoError.self) { _ = try await lines(server) }
        #expect(error?.code == .unavailable)
        #expect(server.commands("find").count >= 6)
    }

    @Test("end in what the server says when it does not take the next connection")
    func notTaken() async throws {
        let server = try MongoDouble(["every": Self.mixed]) { name, count in
            switch name {
            case "getMore": .cut
            case "ping" where count > 1: .error(18)
            default: nil
            }
        }
        let error = await #expect(throws: MongoError.self) { _ = try await lines(server) }
        #expect(error?.code == .authentication)
        #expect(error?.message == "a fault of the test")
    }

    @Test("of a collection that is not there, and by a filter that is none, are refused")
    func refused() async throws {
        let server = try MongoDouble(["every": Self.mixed])
        let missing = await #expect(throws: MongoError.self) {
            _ = try await lines(server, DocumentSearch("evry"))
        }
        #expect(missing?.code == .missing)
        let filter = await #expect(throws: MongoError.self) {
            _ = try await lines(server, DocumentSearch("every", filter: "{\"a\": }"))
        }
        #expect(filter?.code == .invalidFilter)
        let denied = try MongoDouble(["every": Self.mixed]) { name, _ in
            name == "find" ? .error(13) : nil
        }
        let unauthorized = await #expect(throws: MongoError.self) { _ = try await lines(denied) }
        #expect(unauthorized?.code == .authentication)
        #expect(unauthorized?.message == "a fault of the test")
        #expect(denied.commands("find").count == 1)
    }

    // BadValue, ConversionFailure
    @Test("are not shown where the server cannot compute a filter", arguments: [2, 241] as [Int32])
    func hidden(_ code: Int32) async throws {
        let server = try MongoDouble(["every": Self.mixed]) { name, _ in
            name == "find" ? .error(code) : nil
        }
        let error = await #expect(throws: MongoError.self) { _ = try await lines(server) }
        #expect(
            error?.description == "the server could not compute the filter (error \(code))"
        )
    }

    @Test("that are damaged end in an error, wherever they are cut or changed")
    func damaged() throws {
        let whole =
            BSONValue.document(
                Self.cells.enumerated().map { BSONValue.Member("c\($0)", $1.value) }
            )
            .bytes
        for index in whole.indices {
            var cut = BSONDocument(bytes: Array(whole[..<index]))
            var line = JSONLine()
            #expect(throws: MongoError.self) { try line.append(cut) }
            for change in [0x01, 0x7f, 0x80, 0xff] as [UInt8] {
                var bytes = whole
                bytes[index] ^= change
                cut = BSONDocument(bytes: bytes)
                // Whatever it is now, it is not read outside of its bytes.
                _ = try? line.append(cut)
            }
        }
    }

    @Test("are read by TLS elsewhere than on this machine, and secrets are not shown")
    func addresses() throws {
        #expect(try MongoConfiguration(url: "mongodb://u:p@db.example/app").usesTLS)
        #expect(try MongoConfiguration(url: "mongodb://a.example:1,localhost:2/app").usesTLS)
        let several = "mongodb://localhost:1,127.0.0.1:2/app"
        #expect(try !MongoConfiguration(url: several, allowsPlaintext: true).usesTLS)
        #expect(
            try !MongoConfiguration(
                url: "mongodb://localhost/app?replicaSet=a&directConnection=true"
            )
            .usesTLS
        )
        for url in [
            several, "mongodb://u:hunter2@localhost/app?replicaSet=rs0",
            "mongodb://u:hunter2@localhost/app?directConnection=false",
            "mongodb://u:hunter2@db.example/app?tls=false", "mongodb://u:hunter2@db.example/",
            "mongodb://u:hunter2@db.example/app?tlsInsecure=true", "mysql://u:hunter2@host/app",
            "mongodb://u:hunter2@db.example/app?authMechanism=hunter2",
        ] {
            #expect {
                _ = try MongoConfiguration(url: url)
            } throws: {
                !"\($0)".contains("hunter2")
            }
        }
    }
}
