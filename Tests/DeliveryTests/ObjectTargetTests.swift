import Loopback
import Pipelines
import Planning
import Synchronization
import TestSupport
import Testing

@testable import Delivery

@Suite("Writing rows as objects")
struct ObjectTargetTests {
    private static func target(
        _ store: S3Double,
        _ name: String = "spend/{id}.json",
        key: [String] = ["id"],
        encryption: S3Place.Encryption? = nil
    ) async throws -> any EffectTarget {
        try await open(
            .objects(source: "lake", name: name, format: .json),
            key: key,
            in: store,
            encryption: encryption
        )
    }

    private static func text(_ store: S3Double, _ key: String = "out/spend/c1.json") -> String? {
        store.objects[key].map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("an object has its row and revision; an older revision changes nothing, a newer one all")
    func revisions() async throws {
        let store = try S3Double()
        let target = try await Self.target(store)
        #expect(try await target.deliver(effect(body: "{\"v\":5}")) == .delivered)
        #expect(Self.text(store) == "{\"v\":5}\n")
        #expect(try await target.deliver(effect(body: "{\"v\":4}", revision: 4)) == .delivered)
        #expect(try await target.deliver(effect("c1", .delete, revision: 5)) == .delivered)
        #expect(Self.text(store) == "{\"v\":5}\n")
        #expect(try await target.deliver(effect(body: "{\"v\":6}", revision: 6)) == .delivered)
        #expect(Self.text(store) == "{\"v\":6}\n")
        #expect(try await target.deliver(effect("c1", .delete, revision: 7)) == .delivered)
        #expect(Self.text(store) == nil)
        #expect(try await target.deliver(effect("c1", .delete, revision: 7)) == .delivered)
        await target.close()
    }

    @Test(
        "the store is told how to encrypt what is written",
        arguments: [
            (nil, [:]), (.aes256, ["": "AES256"]),
            (.kms("${KMS}"), ["": "aws:kms", "-aws-kms-key-id": "arn:key/7"]),
        ] as [(S3Place.Encryption?, [String: String])]
    )
    func encryption(_ encryption: S3Place.Encryption?, _ told: [String: String]) async throws {
        let store = try S3Double()
        let target = try await Self.target(store, encryption: encryption)
        #expect(try await target.deliver(effect(body: "{}")) == .delivered)
        let name = "x-amz-server-side-encryption"
        let found = store.objects["out/spend/c1.json"]?.metadata.filter { $0.key.hasPrefix(name) }
        #expect(found == Dictionary(uniqueKeysWithValues: told.map { (name + $0.key, $0.value) }))
        await target.close()
    }

    @Test("an object that somebody else has put there is replaced")
    func others() async throws {
        let store = try S3Double()
        store.put("out/spend/c1.json", "theirs".utf8)
        let target = try await Self.target(store)
        #expect(try await target.deliver(effect(body: "{}")) == .delivered)
        #expect(Self.text(store) == "{}\n")
        await target.close()
    }

    @Test(
        "who was frozen between looking and writing finds a newer object there, and leaves it",
        arguments: [false, true]
    )
    func frozen(_ wasThere: Bool) async throws {
        let isFirst = Atomic(true)
        let store = try S3Double { request, _, store in
            guard request.method == "PUT",
                isFirst.exchange(false, ordering: .relaxed)
            else { return false }
            // Another has written meanwhile.
            store.put(
                "out/spend/c1.json",
                "newer".utf8,
                metadata: ["x-amz-meta-longshore-revision": "9"]
            )
            return false
        }
        if wasThere {
            store.put(
                "out/spend/c1.json",
                "older".utf8,
                metadata: ["x-amz-meta-longshore-revision": "1"]
            )
        }
        let target = try await Self.target(store)
        #expect(try await target.deliver(effect(body: "{}")) == .delivered)
        #expect(Self.text(store) == "newer")
        await target.close()
    }

    @Test("a store that knows no conditions is written to without them")
    func withoutConditions() async throws {
        let store = try S3Double(knowsConditions: false)
        let target = try await Self.target(store)
        #expect(try await target.deliver(effect(body: "{}")) == .delivered)
        #expect(Self.text(store) == "{}\n")
        #expect(try await target.deliver(effect("c1", .delete, revision: 6)) == .delivered)
        #expect(Self.text(store) == nil)
        await target.close()
    }

    @Test("all rows are one object, byte for byte")
    func whole() async throws {
        let store = try S3Double()
        let target = try await Self.target(store, "all.json", key: [])
        var whole = effect("", body: "[{\"a\":1}]\n")
        whole.keyValues = [:]
        #expect(try await target.deliver(whole) == .delivered)
        #expect(Self.text(store, "out/all.json") == "[{\"a\":1}]\n")
        await target.close()
    }

    @Test(
        "a failure names no key of a row, also where it is a letter, by an answer and without one",
        arguments: [false, true]
    )
    func keysInMessages(_ isCut: Bool) async throws {
        let store = try S3Double { _, connection, _ in
            if isCut { connection.cut() } else { connection.answer(405, [], "".utf8) }
            return true
        }
        for key in ["ana é", "s"] {
            let target = try await Self.target(store, "spend/{id}")
            let result = try await target.deliver(effect(key))
            let message =
                switch result {
                case .postponed(let failure, _), .refused(let failure): failure.message
                case .delivered: ""
                }
            #expect(message.contains("looking for `s3://\(S3Double.bucket)/out/…`"), "\(message)")
            #expect(!message.contains("ana") && !message.contains("spend/"), "\(message)")
            await target.close()
        }
    }
}
