import Loopback
import TestSupport
import Testing

@testable import MongoDB

@Suite("Writing documents into MongoDB")
struct MongoWriterTests {
    private static func write(
        _ members: String,
        _ revision: Int64,
        _ kind: DocumentWrite.Kind = .put,
        key: [String] = ["id"]
    ) -> DocumentWrite {
        DocumentWrite(
            kind,
            in: "spend",
            members: members,
            key: key,
            revisionPath: ["longshore", "ads", "spend"],
            revision: revision
        )
    }

    private static func connect(_ server: MongoDouble) async throws -> MongoWriter {
        try await MongoWriter.connect(MongoConfiguration(url: server.url))
    }

    private static func revision(_ number: Int64) -> BSONValue.Member {
        .init(
            "longshore",
            .document([.init("ads", .document([.init("spend", .int64(number))]))])
        )
    }

    @Test("sets members by the `_id`, and what is older changes nothing")
    func revisions() async throws {
        let theirs = BSONValue.Member("note", .string("mine"))
        let server = try MongoDouble([
            "spend": [.document([.init("_id", .string("c1")), theirs])]
        ])
        let writer = try await Self.connect(server)
        for (spend, revision) in [(1, 5), (9, 4), (8, 5), (2, 6)] as [(Int, Int64)] {
            try await writer.write(Self.write("{\"id\":\"c1\",\"spend\":\(spend)}", revision))
        }
        #expect(
            server.documents("spend") == [
                .document([
                    .init("_id", .string("c1")), theirs, .init("id", .string("c1")),
                    .init("spend", .int32(2)), Self.revision(6),
                ])
            ]
        )
        let update = try #require(server.commands("update").first)
        #expect(update["writeConcern"]?["w"] == .string("majority"))
        // Who came late has been told by one look that it is older.
        #expect(server.commands("find").count == 2)
        try await writer.write(Self.write("{\"id\":\"c1\"}", 5, .delete))
        #expect(server.documents("spend").count == 1)
        try await writer.write(Self.write("{\"id\":\"c1\"}", 7, .delete))
        try await writer.write(Self.write("{\"id\":\"c1\"}", 7, .delete))
        #expect(server.documents("spend").isEmpty)
        await writer.close()
    }

    @Test("makes no document that is not there, where it is only to change them")
    func updates() async throws {
        let server = try MongoDouble(["spend": [.document([.init("_id", .string("c1"))])]])
        let writer = try await Self.connect(server)
        for (id, spend, revision) in [("c1", 1, 5), ("c2", 1, 5), ("c1", 9, 4)]
            as [(String, Int, Int64)]
        {
            let members = "{\"id\":\"\(id)\",\"spend\":\(spend)}"
            try await writer.write(Self.write(members, revision, .update))
        }
        #expect(server.documents("spend").map { $0["spend"] } == [.int32(1)])
        #expect(server.commands("find").isEmpty)
        await writer.close()
    }

    @Test("takes values as extended JSON tells their types, and a document of a key of several")
    func types() async throws {
        let server = try MongoDouble([:])
        let writer = try await Self.connect(server)
        let members = """
            {"id":{"$numberLong":"7"},"day":{"$date":{"$numberLong":"1709164800000"}},\
            "spend":{"$numberDecimal":"12.500"},"share":{"$numberDouble":"0.1"},"x":{"$gt":""},\
            "tags":["a",1,5000000000,null]}
            """
        try await writer.write(Self.write(members, 5, key: ["id", "day"]))
        let id = [BSONValue.Member("id", .int64(7)), .init("day", .date(1_709_164_800_000))]
        let tags: [BSONValue] = [.string("a"), .int32(1), .int64(5_000_000_000), .null]
        #expect(
            server.documents("spend") == [
                .document(
                    [.init("_id", .document(id))] + id + [
                        .init("spend", .decimal(0x303a_0000_0000_0000, 12_500)),
                        .init("share", .double(0.1)),
                        .init("x", .document([.init("$gt", .string(""))])),
                        .init("tags", .array(tags)), Self.revision(5),
                    ]
                )
            ]
        )
        await writer.close()
    }

    @Test(
        "refuses a document that cannot be one, and shows no value of it",
        arguments: [
            "{\"id\":1,\"n\":{\"$numberDecimal\":\"1.2345678901234567890123456789012345678\"}}",
            "{\"id\":1,\"n\":123456789012345678901234567890}", "{\"id\":1,\"n\":1e400}",
            "{\"id\":1,\"n\":{\"$oid\":\"1234\"}}", "{\"n\":1234}",
            "{\"id\":1,\"n\":\(String(repeating: "[", count: 120))\(String(repeating: "]", count: 120))}",
        ]
    )
    func unfit(_ members: String) async throws {
        let server = try MongoDouble([:])
        let writer = try await Self.connect(server)
        let error = await #expect(throws: MongoError.self) {
            try await writer.write(Self.write(members, 5))
        }
        #expect(error?.code == .unfit)
        #expect(error?.message.contains("1234") == false)
        #expect(server.commands("update").isEmpty)
        await writer.close()
    }

    @Test(
        "tells whether a failure is the document's, the moment's or all writes'",
        arguments: [
            (.refused(121), .refused(121), false), (.refused(11000), .refused(11000), false),
            (.refused(112), .server(112), true), (.alone(64), .server(64), true),
            (.error(10107), .server(10107), true), (.error(73), .server(73), false),
            (.error(13), .authentication, false),
        ] as [(MongoDouble.Fault, MongoError.Code, Bool)]
    )
    func failures(_ fault: MongoDouble.Fault, _ code: MongoError.Code, _ passes: Bool) async throws
    {
        let server = try MongoDouble([:]) { name, _ in name == "update" ? fault : nil }
        let writer = try await Self.connect(server)
        let error = await #expect(throws: MongoError.self) {
            try await writer.write(Self.write("{\"id\":1}", 5))
        }
        #expect(error?.code == code)
        #expect(error?.isRetryable == passes)
        #expect(error?.description.contains("17.25") == false)
        await writer.close()
    }

    @Test(
        "goes on after a connection that breaks, before or behind the write",
        arguments: [MongoDouble.Fault.cut, .cutAfterwards]
    )
    func cut(_ fault: MongoDouble.Fault) async throws {
        let server = try MongoDouble([:]) { name, count in
            name == "update" && count == 1 ? fault : nil
        }
        let writer = try await Self.connect(server)
        let error = await #expect(throws: MongoError.self) {
            try await writer.write(Self.write("{\"id\":1,\"spend\":1}", 5))
        }
        #expect(error?.code == .unavailable)
        try await writer.write(Self.write("{\"id\":1,\"spend\":1}", 5))
        #expect(server.documents("spend").map { $0["spend"] } == [.int32(1)])
        await writer.close()
    }

    @Test("goes on at once where it is given up while the server says nothing")
    func cancelled() async throws {
        let server = try MongoDouble([:]) { name, _ in name == "update" ? .silence : nil }
        let writer = try await MongoWriter.connect(
            MongoConfiguration(url: server.url + "?socketTimeoutMS=20000")
        )
        let writing = Task { try await writer.write(Self.write("{\"id\":1}", 5)) }
        await eventually("the server is asked") { !server.commands("update").isEmpty }
        writing.cancel()
        await #expect(throws: CancellationError.self) { try await writing.value }
    }
}
