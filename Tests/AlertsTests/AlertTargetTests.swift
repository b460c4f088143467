import Extraction
import Foundation
import Loopback
import Pipelines
import Planning
import TestSupport
import Testing

@testable import Alerts

/// Messages to servers of a test's own.
@Suite("Targets of alerts")
struct AlertTargetTests {
    private func targets(_ variables: [String: String]) -> AlertTargets {
        AlertTargets(environment: SourceEnvironment { variables[$0] })
    }

    @Test("a webhook takes JSON by POST, always under the same key")
    func webhook() async throws {
        let server = try WebServer { _, connection in connection.answer(204) }
        let target = AlertTarget(.webhook, url: "${HOOK}/x?token=${TOKEN}", isPrivate: true)
        let targets = targets(["HOOK": server.url, "TOKEN": "canary-9c1"])
        for _ in 0..<2 { try await targets.tell(.sample(to: target)) }
        #expect(server.requests.map(\.method) == ["POST", "POST"])
        #expect(server.requests.map(\.target) == ["/x?token=canary-9c1", "/x?token=canary-9c1"])
        #expect(server.requests.map { $0["Idempotency-Key"] } == ["wh.3", "wh.3"])
        #expect(server.requests.allSatisfy { $0["Content-Type"] == "application/json" })
        #expect(server.requests.first?.body == (try Webhook.body(of: .sample(to: target))))
    }

    @Test("an Alertmanager is told at its API")
    func alertmanager() async throws {
        let server = try WebServer { _, connection in connection.answer(200) }
        let target = AlertTarget(.alertmanager, url: server.url, isPrivate: true)
        try await targets([:]).tell(.sample(to: target))
        #expect(server.requests.map(\.path) == ["/api/v2/alerts"])
    }

    @Test("a mail comes to the recipients, from the first of them or from whom is said")
    func mail() async throws {
        let server = try MailServer()
        let targets = targets(["LONGSHORE_ALLOW_PLAINTEXT": "1", "PORT": "\(server.port)"])
        var target = AlertTarget(
            .mail,
            url: "smtp://127.0.0.1:${PORT}",
            recipients: ["ops@example.com", "bi@example.com"],
            isPrivate: true
        )
        try await targets.tell(.sample(to: target))
        target.sender = "longshore@example.com"
        try await targets.tell(.sample(to: target))
        await eventually("both mails are there") { server.mails.count == 2 }
        #expect(server.mails.map(\.sender) == ["<ops@example.com>", "<longshore@example.com>"])
        #expect(
            server.mails.map(\.recipients)
                == Array(repeating: ["<ops@example.com>", "<bi@example.com>"], count: 2)
        )
        #expect(
            server.mails.map { $0.fields["Message-ID"] }
                == Array(repeating: "<wh.3@longshore.invalid>", count: 2)
        )
        #expect(server.mails.first?.fields["To"] == "ops@example.com, bi@example.com")
    }

    @Test("a status that is no success is a failure")
    func refused() async throws {
        let server = try WebServer { _, connection in connection.answer(503) }
        let target = AlertTarget(.webhook, url: "${HOOK}", isPrivate: true)
        let failure = await #expect(throws: AlertFailure.self) {
            try await targets(["HOOK": server.url]).tell(.sample(to: target))
        }
        #expect(
            failure?.description == "webhook at `${HOOK}`: the server answers with the status 503"
        )
    }

    @Test(
        "a failure never has what a variable says",
        arguments: [
            (AlertTarget.Kind.webhook, "http://127.0.0.1:1/hooks/canary-9c1?token=canary-9c1"),
            (.webhook, "https://canary-9c1:x@127.0.0.1:1/"), (.webhook, "canary-9c1"),
            (.alertmanager, "http://127.0.0.1:1/canary-9c1"),
            (.mail, "smtps://canary-9c1:canary-9c1@127.0.0.1:1"), (.mail, "canary-9c1"),
            (.mail, "smtp://user:canary-9c1@127.0.0.1:1"),
        ]
    )
    func canaries(kind: AlertTarget.Kind, url: String) async {
        for isPrivate in [true, false] {
            let target = AlertTarget(
                kind,
                url: "${SECRET}",
                recipients: ["ops@example.com"],
                isPrivate: isPrivate
            )
            let failure = await #expect(throws: AlertFailure.self) {
                try await targets(["SECRET": url]).tell(.sample(to: target))
            }
            #expect(failure?.description.contains("canary-9c1") == false, "\(failure as Any)")
        }
    }

    @Test("a variable that is not set, or is Longshore's own, is a failure that names it")
    func variables() async {
        for name in ["HOOK", "LONGSHORE_POSTGRES_URL"] {
            let failure = await #expect(throws: AlertFailure.self) {
                try await targets(["LONGSHORE_POSTGRES_URL": "canary-9c1"])
                    .tell(.sample(to: AlertTarget(.webhook, url: "${\(name)}")))
            }
            #expect(failure?.description.contains(name) == true)
            #expect(failure?.description.contains("canary-9c1") == false)
        }
    }
}
