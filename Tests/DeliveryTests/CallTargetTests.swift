import Loopback
import Pipelines
import Planning
import Synchronization
import TestSupport
import Testing

@testable import Delivery

@Suite("Telling an API of rows")
struct CallTargetTests {
    private static func target(
        _ server: WebServer,
        _ change: (inout ExportCall) -> Void = { _ in }
    ) async throws -> any EffectTarget {
        var call = ExportCall(url: "${API}/spend/{id}")
        call.headers = ["Authorization": "Bearer ${TOKEN}"]
        call.isPrivate = true
        change(&call)
        return try await open(
            .calls(call),
            variables: ["API": server.url, "TOKEN": "s3cret-token"]
        )
    }

    @Test("a row is a PUT with its revision, the same for every try, and one that is gone a DELETE")
    func requests() async throws {
        let server = try WebServer { _, connection in connection.answer(204) }
        let target = try await Self.target(server)
        for effect in [effect(), effect(), effect(revision: 6), effect(" a/b", .delete)] {
            #expect(try await target.deliver(effect) == .delivered)
        }
        await target.close()
        let requests = server.requests
        #expect(requests.map(\.method) == ["PUT", "PUT", "PUT", "DELETE"])
        #expect(requests.map(\.target).last == "/spend/%20a%2Fb")
        #expect(requests[0]["Authorization"] == "Bearer s3cret-token")
        #expect(requests[0]["Content-Type"] == "application/json")
        #expect(String(decoding: requests[0].body, as: UTF8.self) == effect().body)
        #expect(requests[3].body.isEmpty)
        #expect(requests.map { $0["Longshore-Revision"] } == ["5", "5", "6", "5"])
        #expect(requests[3]["Longshore-Key"] == "%20a%2Fb")
        let keys = requests.map { $0["Idempotency-Key"] ?? "" }
        #expect(keys[0] == keys[1] && Set(keys).count == 3 && keys[0].count == 32)
    }

    @Test(
        "a status says whether the row is there, is refused, or is to be sent later",
        arguments: [
            (200, nil), (412, nil), (404, "export.status_404"), (422, "export.status_422"),
            (301, "export.status_301"), (429, "export.status_429"), (500, "export.status_500"),
            (503, "export.status_503"), (408, "export.status_408"),
        ] as [(Int, String?)]
    )
    func statuses(_ status: Int, _ code: String?) async throws {
        let server = try WebServer { _, connection in
            connection.answer(status, [("Retry-After", "7")], "a row's value".utf8)
        }
        let target = try await Self.target(server)
        let result = try await target.deliver(effect())
        #expect(result.code == code)
        if case .postponed(let failure, let pause) = result {
            #expect([408, 429, 500, 503].contains(status) && pause == .seconds(7))
            #expect(!failure.message.contains("value"))
        } else {
            #expect(![408, 429, 500, 503].contains(status))
        }
        await target.close()
    }

    @Test("what is gone there already is deleted")
    func goneAlready() async throws {
        let server = try WebServer { _, connection in connection.answer(404) }
        let target = try await Self.target(server)
        #expect(try await target.deliver(effect("c1", .delete)) == .delivered)
        await target.close()
    }

    @Test("credentials that are refused are no row's fault, and no secret is told")
    func denied() async throws {
        let server = try WebServer { _, connection in connection.answer(401) }
        let target = try await Self.target(server)
        let error = await #expect(throws: TargetError.self) { try await target.deliver(effect()) }
        #expect(error?.taskFailure.code == "export.denied")
        #expect(error?.taskFailure.isRetryable == false)
        #expect(error?.description.contains("s3cret") == false)
        await target.close()
    }

    @Test("a server that cuts or is away takes the row later")
    func away() async throws {
        let server = try WebServer { _, connection in connection.cut() }
        let target = try await Self.target(server)
        let result = try await target.deliver(effect())
        #expect(result.code == "export.connectionLost")
        await target.close()
    }

    @Test(
        "a key that is a step of a path, also when it is encoded, leads nowhere",
        arguments: [".", "..", "%2e"]
    )
    func steps(_ key: String) async throws {
        let server = try WebServer { _, connection in connection.answer(204) }
        let target = try await Self.target(server)
        let result = try await target.deliver(effect(key, .delete))
        if key == "%2e" {
            #expect(result == .delivered && server.requests.map(\.target) == ["/spend/%252e"])
        } else {
            #expect(result.code == "export.address" && server.requests.isEmpty)
        }
        let dotted = try await Self.target(server) { $0.url = "${API}/.{id}" }
        #expect(try await dotted.deliver(effect(".")).code == "export.address")
        await target.close()
        await dotted.close()
    }

    @Test("a failure names the address as the definition does, and no key of a row")
    func keysInMessages() async throws {
        let server = try WebServer { _, connection in connection.cut() }
        let target = try await Self.target(server)
        let result = try await target.deliver(effect("ana@example.com"))
        guard case .postponed(let failure, _) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(failure.message.contains("asking `${API}/spend/{id}` (PUT)"))
        #expect(!failure.message.contains("ana"))
        await target.close()
    }

    @Test("a server in a private network is asked only where the export says so")
    func privateNetworks() async throws {
        let server = try WebServer { _, connection in connection.answer(200) }
        let target = try await Self.target(server) { $0.isPrivate = false }
        let error = await #expect(throws: TargetError.self) { try await target.deliver(effect()) }
        #expect(error?.taskFailure.code == "export.http")
        #expect(server.requests.isEmpty)
        await target.close()
    }
}

@Suite("Pauses of deliveries")
struct DeliveryPausesTests {
    @Test("double up to ten minutes, and are never shorter than the target wants, of a day at most")
    func pauses() {
        let own = (1...12).map { DeliveryPauses.pause(after: $0, asked: nil) / .seconds(1) }
        #expect(own == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
        #expect(DeliveryPauses.pause(after: 1, asked: .seconds(90)) == .seconds(90))
        #expect(DeliveryPauses.pause(after: 9, asked: .seconds(90)) == .seconds(256))
    }
}
