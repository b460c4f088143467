import Extraction
import Loopback
import Pipelines
import Planning
import TestSupport
import Testing

@testable import Delivery

@Suite("Writing rows as documents")
struct DocumentTargetTests {
    private static func open(
        _ server: MongoDouble,
        key: [String] = ["id"]
    ) async throws -> any EffectTarget {
        try await DeliveryTests.open(
            .documents(source: "app", collection: "spend"),
            key: key,
            sources: ["app": .mongo(url: "${APP_URL}")],
            variables: ["APP_URL": server.url]
        )
    }

    private static func put(_ spend: String, _ revision: Int64) -> Effect {
        effect(body: "{\"id\":\"c1\",\"spend\":\(spend)}", revision: revision)
    }

    private static func spends(_ server: MongoDouble) -> [BSONValue?] {
        server.documents("spend").map { $0["spend"] }
    }

    @Test("a document is put there once, and an older revision changes nothing")
    func revisions() async throws {
        let server = try MongoDouble([:])
        let target = try await Self.open(server)
        for (spend, revision) in [("1", 5), ("9", 5), ("9", 4)] as [(String, Int64)] {
            #expect(try await target.deliver(Self.put(spend, revision)) == .delivered)
        }
        #expect(Self.spends(server) == [.int32(1)])
        let path = server.documents("spend").first?["longshore"]?["shop"]?["spend"]
        #expect(path == .int64(5))
        let body = Self.put("1", 5).body
        #expect(try await target.deliver(effect("c1", .delete, body: body)) == .delivered)
        #expect(Self.spends(server) == [.int32(1)])
        let later = effect("c1", .delete, body: body, revision: 6)
        #expect(try await target.deliver(later) == .delivered)
        #expect(try await target.deliver(later) == .delivered)
        #expect(Self.spends(server) == [])
        await target.close()
    }

    @Test("where documents are only changed, one that is not there is not made")
    func changed() async throws {
        let server = try MongoDouble(["spend": [.document([.init("_id", .string("c1"))])]])
        let target = try await DeliveryTests.open(
            .documents(source: "app", collection: "spend", inserts: false),
            sources: ["app": .mongo(url: server.url)]
        )
        let other = effect("c2", body: "{\"id\":\"c2\",\"spend\":2}")
        #expect(try await target.deliver(other) == .delivered)
        #expect(try await target.deliver(Self.put("1", 5)) == .delivered)
        #expect(Self.spends(server) == [.int32(1)])
        await target.close()
    }

    @Test(
        "who was frozen before its request finds a newer document there, and leaves it",
        arguments: [false, true]
    )
    func frozen(_ wasThere: Bool) async throws {
        let server = try MongoDouble([:])
        let (frozen, quicker) = (try await Self.open(server), try await Self.open(server))
        if wasThere { #expect(try await frozen.deliver(Self.put("1", 5)) == .delivered) }
        #expect(try await quicker.deliver(Self.put("7", 7)) == .delivered)
        #expect(try await frozen.deliver(Self.put("6", 6)) == .delivered)
        #expect(Self.spends(server) == [.int32(7)])
        await frozen.close()
        await quicker.close()
    }

    @Test(
        "a document that is refused is dead, one that is not taken now waits, and values are not told",
        arguments: [
            (.refused(121), "export.mongo.121", true),
            (.refused(11000), "export.mongo.11000", true),
            (.refused(112), "export.mongo.112", false), (.alone(64), "export.mongo.64", false),
            (.error(189), "export.mongo.189", false),
        ] as [(MongoDouble.Fault, String, Bool)]
    )
    func refused(_ fault: MongoDouble.Fault, _ code: String, _ isDead: Bool) async throws {
        let server = try MongoDouble([:]) { name, count in
            name == "update" && count <= 3 ? fault : nil
        }
        let target = try await Self.open(server)
        let result = try await target.deliver(Self.put("17.25", 5))
        #expect(result.code == code)
        switch result {
        case .refused(let failure):
            #expect(isDead && !failure.message.contains("17.25"))
        case .postponed(let failure, _):
            #expect(!isDead && !failure.message.contains("17.25"))
        case .delivered: Issue.record("it is not delivered")
        }
        await target.close()
    }

    @Test("what would befall every document is thrown: a server that denies, or is away")
    func thrown() async throws {
        let denied = try MongoDouble([:]) { name, _ in name == "update" ? .error(13) : nil }
        let target = try await Self.open(denied)
        let refusal = await #expect(throws: TargetError.self) {
            try await target.deliver(Self.put("1", 5))
        }
        #expect(refusal?.taskFailure.code == "export.denied")
        await target.close()
        let away = try MongoDouble([:]) { name, _ in name == "update" ? .cut : nil }
        let other = try await Self.open(away)
        let absence = await #expect(throws: ExtractionError.self) {
            try await other.deliver(Self.put("1", 5))
        }
        #expect(absence?.isAbsence == true)
        await other.close()
    }
}
