import Endpoints
import Foundation
import HTTP
import Loopback
import Postgres
import TestSupport
import Testing

/// The console as a process of its own, which reads by a login of `longshore_console`.
@Suite("The console's login", .serialized)
struct ConsoleRoleTests {
    private static let pipeline = Harbour.pipeline("callcenter")
    private static let tokens = [
        "reader": "reader-0123456789abcdef", "viewer": "viewer-0123456789abcdef",
        "operator": "operator-0123456789abc",
    ]

    /// A console that runs, and how it is asked.
    private struct RunningConsole {
        let process: RunningProgram
        let address: String

        static func start(_ guarded: GuardedHarbour) async throws -> RunningConsole {
            let address = "127.0.0.1:\(try LoopbackListener().port)"
            let file = NSTemporaryDirectory() + "longshore-tokens-\(UUID().uuidString)"
            try ConsoleRoleTests.tokens.map { "\($0.key) \($0.key) \($0.value)" }
                .joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let process = try guarded.program("coordinator")
                .with(["LONGSHORE_CONSOLE_POSTGRES_URL": try guarded.url("console")])
                .start(["console", "--listen", address, "--tokens", file])
            let console = RunningConsole(process: process, address: address)
            await eventually(within: .seconds(20), "the console answers") {
                (try? await console.ask("/assets/console.css", as: "reader"))?.status == 200
            }
            return console
        }

        func ask(
            _ path: String,
            as role: String,
            form: String? = nil
        ) async throws -> (status: Int, text: String, location: String?) {
            let client = HTTPClient(HTTPConfiguration(reach: .privateNetworks))
            var request = HTTPRequest(
                form == nil ? "GET" : "POST",
                try HTTPURL("http://\(address)\(path)")
            )
            request.fields.append("Authorization", "Bearer \(ConsoleRoleTests.tokens[role] ?? "")")
            if let form {
                request.fields.append("Origin", "http://\(address)")
                request.fields.append("Content-Type", "application/x-www-form-urlencoded")
                request.body = .bytes(Array(form.utf8))
            }
            let response = try await client.send(request)
            let location = response.fields["Location"]
            let text = String(
                decoding: try await response.body.collect(upTo: 1 << 22),
                as: UTF8.self
            )
            return (response.status, text, location)
        }

        /// The fields of the form of a confirmation page, as a browser sends them.
        func form(_ path: String, reason: String? = nil) async throws -> String {
            let page = try await ask(path, as: "operator")
            #expect(page.status == 200, "\(path): \(page.text)")
            let field = #/<input type="hidden" name="([^"]*)" value="([^"]*)">/#
                .matchingSemantics(.unicodeScalar)
            var fields = page.text.matches(of: field)
                .map { (String($0.output.1), String($0.output.2)) }
            if let reason { fields.append(("reason", reason)) }
            let allowed = CharacterSet.alphanumerics
            return
                fields.map { name, value in
                    let plain = value.replacingOccurrences(of: "&#39;", with: "'")
                        .replacingOccurrences(of: "&quot;", with: "\"")
                        .replacingOccurrences(of: "&lt;", with: "<")
                        .replacingOccurrences(of: "&gt;", with: ">")
                        .replacingOccurrences(of: "&amp;", with: "&")
                    let encoded = plain.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
                    return "\(name)=\(encoded)"
                }
                .joined(separator: "&")
        }

        func stop() async throws {
            process.signal(SIGTERM)
            #expect(try await process.finish().exitCode == 0)
        }
    }

    @Test("every page answers by a login that reads, and that login is refused all else")
    func role() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        try await guarded.harbour.generateCalls(months: 2, calls: 500, bad: "5%")
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01..2024-02")
        #expect(load.exitCode == 0, "\(load.errors)")
        let console = try await RunningConsole.start(guarded)
        let paths = [
            "/", "/?zoom=day", "/?after=callcenter.fact_call", "/loads", "/loads/1",
            "/loads/1?tasks=all", "/tables/callcenter/fact_call/periods/2024-01", "/actions",
            "/tables", "/tables/callcenter/fact_call", "/rejects", "/plans", "/schedules",
            "/exports",
            "/alerts", "/fleet", "/dead-letters",
            "/actions/load?pipeline=callcenter&periods=2024-01", "/actions/retry?target=1",
            "/actions/close?pipeline=callcenter&periods=2024-01",
            "/actions/waive?pipeline=callcenter", "/actions/replay?pipeline=callcenter",
        ]
        for path in paths {
            for prefix in ["", "/api/v1"] {
                let answer = try await console.ask(prefix + path, as: "operator")
                #expect(answer.status == 200, "\(prefix)\(path): \(answer.text.prefix(2_000))")
            }
        }
        for allowed in [
            "select * from callcenter.fact_call", "select failure_message from longshore.task",
        ] {
            #expect(try await guarded.refusal(of: allowed, as: "console") == nil, "\(allowed)")
        }
        for refused in [
            "select raw from longshore.reject", "select reason from longshore.reject",
            "select * from longshore.reject", "select body from longshore.effect",
            "select key_values from longshore.effect", "select secret from longshore.message_key",
            "select * from longshore.ticket_key",
            "set transaction_read_only = off; select name from longshore.lock for update",
            "set role longshore_owner", "set role longshore_coordinator",
            "set transaction_read_only = off; select lo_create(0)",
            "set transaction_read_only = off; delete from longshore.load",
            "set transaction_read_only = off; update longshore.control set state = 'closed'",
            "set transaction_read_only = off; insert into longshore.actions (who, role, by, verb, target) "
                + "values ('a', 'b', 'console', 'c', 'd')",
            "set transaction_read_only = off; delete from callcenter.fact_call",
            "set transaction_read_only = off; create table callcenter.mine (a integer)",
            "set transaction_read_only = off; create temp table mine (a integer)",
            "set transaction_read_only = off; truncate longshore.actions",
        ] {
            let refusal = try await guarded.refusal(of: refused, as: "console")
            #expect(
                refusal == .insufficientPrivilege,
                "\(refused): \(refusal?.rawValue ?? "allowed")"
            )
        }
        let write = try await guarded.refusal(of: "delete from longshore.load", as: "console")
        #expect(write == .readOnlySQLTransaction)
        try await console.stop()
    }

    @Test("a login that lacks a right is told what to run, and nothing of the server's words")
    func missing() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        try await guarded.harbour.generateCalls(months: 1, calls: 100)
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        _ = try await guarded.harbour.ask("revoke select on longshore.task from longshore_console")
        _ = try await guarded.harbour.ask(
            "revoke select on longshore.actions from longshore_console"
        )
        let console = try await RunningConsole.start(guarded)
        let page = try await console.ask("/actions", as: "viewer")
        #expect(page.status == 503)
        #expect(page.text.contains("longshore roles"))
        #expect(!page.text.contains("42501") && !page.text.contains("permission denied"))
        let told = try await console.ask("/api/v1/actions", as: "viewer")
        #expect(told.status == 503)
        #expect(told.text.hasPrefix(#"{"error":"The console lacks a right","message":""#))
        for unfit in ["/?zoom=%00", "/?until=x", "/?zoom=hour", "/loads/1?after=-1", "/x%00"] {
            #expect(try await console.ask(unfit, as: "viewer").status == 400, "\(unfit)")
            let told = try await console.ask("/api/v1" + unfit, as: "viewer")
            #expect(told.status == 400 && told.text.hasPrefix("{\"error\":"), "\(unfit)")
        }
        try await console.stop()
    }

    @Test("actions are done by operators who have seen what will happen, and are written down")
    func actions() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        try await guarded.harbour.generateCalls(months: 2, calls: 300, bad: "5%")
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01..2024-02")
        #expect(load.exitCode == 0, "\(load.errors)")
        let console = try await RunningConsole.start(guarded)

        let close = "/actions/close?pipeline=callcenter&periods=2024-01"
        #expect(try await console.ask("/actions/close", as: "operator", form: "").status == 400)
        let unseen = "pipeline=callcenter&periods=2024-01&reason=x"
        #expect(
            try await console.ask("/actions/close", as: "operator", form: unseen).status == 400
        )
        let form = try await console.form(close)
        #expect(try await console.ask("/actions/close", as: "operator", form: form).status == 400)
        let complete = form + "&reason=audited"
        for role in ["reader", "viewer"] {
            for action in ["close", "cancel", "load", "replay", "waive", "retry", "run-schedule"] {
                let refused = try await console.ask("/actions/\(action)", as: role, form: complete)
                #expect(refused.status == 403, "\(role) \(action)")
            }
            #expect(try await console.ask(close, as: role).status == 403)
        }
        let done = try await console.ask("/actions/close", as: "operator", form: complete)
        #expect(done.status == 303, "\(done.text)")
        let moved = try await console.ask("/actions/close", as: "operator", form: complete)
        #expect(moved.status == 409)
        #expect(moved.text.contains("has moved since you looked"))

        let reload = try await console.form("/actions/load?pipeline=callcenter&periods=2024-02")
        let written = try await console.ask("/actions/load", as: "operator", form: reload)
        #expect(written.status == 303 && written.location == "/loads/2", "\(written.text)")
        let again = try await console.ask("/actions/load", as: "operator", form: reload)
        #expect(again.status == 409)
        let cancel = try await console.form("/actions/cancel?target=2", reason: "not now")
        let cancelled = try await console.ask("/actions/cancel", as: "operator", form: cancel)
        #expect(cancelled.status == 303, "\(cancelled.text)")
        let waive = try await console.form("/actions/waive?pipeline=callcenter", reason: "known")
        let waived = try await console.ask("/actions/waive", as: "operator", form: waive)
        #expect(waived.status == 303, "\(waived.text)")

        let command = try await guarded.program("coordinator")
            .with(["LONGSHORE_ACTOR": "nightly"]).run("periods", "reopen", "callcenter", "2024-01")
        #expect(command.exitCode == 0, "\(command.errors)")
        let log = try await guarded.harbour.ask(
            "select who, role, by, verb, target, reason from longshore.actions where id > 1 order by id"
        )
        #expect(
            log == [
                "operator|operator|console|close|callcenter 2024-01|audited",
                "operator|operator|console|load|callcenter 2024-02|",
                "operator|operator|console|cancel|load 2|not now",
                "operator|operator|console|waive|rejects of callcenter|known",
                "nightly|longshore_coordinator|command line|reopen|callcenter 2024-01|",
            ]
        )
        let listed = try await guarded.program("coordinator").run("actions", "list", "--json")
        #expect(
            listed.exitCode == 0 && listed.output.contains("\"verb\" : \"reopen\""),
            "\(listed)"
        )
        let page = try await console.ask("/actions?of=load%202", as: "viewer")
        #expect(page.status == 200 && page.text.contains("not now"))
        try await console.stop()
    }
}
