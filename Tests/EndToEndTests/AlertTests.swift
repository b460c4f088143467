import Foundation
import Loopback
import TestSupport
import Testing

/// Alerts by the built program: three coordinators, a mail server, a webhook and an Alertmanager.
@Suite("Alerts", .serialized)
struct AlertTests {
    private static let secret = "canary-alert-5f2e"

    private static let yaml = """
        pipeline: stall
        alerts:
          - { on: all, to: { webhook: "${STALL_HOOK}/hooks/${STALL_TOKEN}", private: true } }
          - { on: load_failed, to: { alertmanager: "${STALL_HOOK}", private: true } }
          - on: load_failed
            to: { mail: "smtp://${STALL_MAIL}", recipients: [ops@example.com], private: true }
        sources:
          drops: { files: data }
        facts:
          sale:
            from: { source: drops, csv: sales.csv }
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
            expect: { rows: { min: 2 } }
        """

    /// A folder with the pipeline and its one file, which has too few rows.
    private func folder(of harbour: Harbour) throws -> String {
        let folder = harbour.data + "/stall"
        try FileManager.default.createDirectory(
            atPath: folder + "/data",
            withIntermediateDirectories: true
        )
        try Self.yaml.write(toFile: "\(folder)/pipeline.yaml", atomically: true, encoding: .utf8)
        try write("sale_id\ns1\n", folder)
        return folder
    }

    private func write(_ sales: String, _ folder: String) throws {
        try sales.write(toFile: "\(folder)/data/sales.csv", atomically: true, encoding: .utf8)
    }

    private func texts(_ server: WebServer) -> [String] {
        server.requests.filter { $0.path.hasPrefix("/hooks/") }
            .map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test(
        "three coordinators tell a failure once, and once that it is over, and no secret anywhere"
    )
    func once() async throws {
        let harbour = try await Harbour.open()
        let folder = try folder(of: harbour)
        let server = try WebServer { _, connection in connection.answer(200) }
        let mails = try MailServer()
        let program = harbour.program.with([
            "STALL_HOOK": server.url, "STALL_TOKEN": Self.secret,
            "STALL_MAIL": "127.0.0.1:\(mails.port)", "LONGSHORE_ALLOW_PLAINTEXT": "1",
        ])
        let failed = try await program.run("load", folder, "--workers", "1")
        #expect(failed.exitCode == 1, "\(failed.output)\(failed.errors)")
        let coordinators = try (0..<3).map { _ in try program.start(["coordinator"]) }
        await eventually(within: .seconds(60), "the failure is told to all") {
            texts(server).count == 1 && mails.mails.count == 1
                && server.requests.contains { $0.path == "/api/v2/alerts" }
        }
        let list = try await program.run("alerts")
        #expect(list.output.contains("audit_failed"), "\(list.output)\(list.errors)")
        #expect(list.output.contains("told it"))

        try write("sale_id\ns1\ns2\n", folder)
        let worker = try program.start(["worker"])
        let begun = try await program.run("load", folder, "--detach")
        #expect(begun.exitCode == 0, "\(begun.output)\(begun.errors)")
        await eventually(within: .seconds(60), "all are told that it is over") {
            texts(server).count == 2 && mails.mails.count == 2
                && server.requests.contains {
                    $0.path == "/api/v2/alerts"
                        && String(decoding: $0.body, as: UTF8.self).contains("endsAt")
                }
        }
        #expect(texts(server).map { $0.contains("\"state\":\"over\"") } == [false, true])
        #expect(mails.mails.map { $0.fields["Subject"]?.contains("over: ") } == [false, true])
        var logs = list.output
        for process in coordinators + [worker] {
            process.signal(SIGTERM)
            let end = try await process.finish()
            #expect(end.exitCode == 0)
            logs += end.output + end.errors
        }
        #expect(!logs.contains(Self.secret))
        let kept = try await harbour.ask(
            "select a::text from longshore.alert a union all select m::text from longshore.alert_message m"
        )
        #expect(kept.count == 6, "\(kept)")
        #expect(!kept.joined().contains(Self.secret))
        #expect(kept.joined().contains("${STALL_TOKEN}"))
    }

    @Test("a test tells each target that nothing is wrong, and which cannot be told")
    func test() async throws {
        let harbour = try await Harbour.open()
        let folder = try folder(of: harbour)
        let server = try WebServer { _, connection in connection.answer(200) }
        let program = harbour.program.with([
            "STALL_HOOK": server.url, "STALL_TOKEN": Self.secret, "STALL_MAIL": "127.0.0.1:1",
            "LONGSHORE_ALLOW_PLAINTEXT": "1",
        ])
        let tested = try await program.run("alerts", "test", folder)
        #expect(tested.exitCode == 69, "\(tested.output)\(tested.errors)")
        #expect(texts(server).count == 1)
        #expect(tested.output.contains("told webhook at ${STALL_HOOK}/hooks/${STALL_TOKEN}"))
        #expect(tested.output.contains("not told: mail at `smtp://${STALL_MAIL}`"))
        #expect(!(tested.output + tested.errors).contains(Self.secret))
    }
}
