import Inquiry
import Ledger
import Listening
import Pages
import Pipelines
import Planning
import Postgres
import Schedules
import StarSchema
import Testing
import WarehouseTestSupport

@testable import WebConsole

/// Actions at a ledger of their own: what their pages say, and what they do.
@Suite("Actions in the console")
struct ActionTests {
    private let dock: Dock
    private let definition: Definition
    private let site: ConsoleSite

    init() async throws {
        dock = try await Dock(Shop.files)
        definition = try Shop.definition()
        let trust = ProxyTrust(
            addresses: ["10.0.0.1"],
            roles: Dictionary(uniqueKeysWithValues: Viewer.Role.allCases.map { ($0.rawValue, $0) })
        )
        let configuration = dock.configuration
        site = ConsoleSite(
            desks: ReadingDesks(1) { LedgerDesks.reading(configuration) },
            ledger: dock.ledger,
            access: .proxy(trust),
            origins: [WebOrigin(isSecure: false, host: "console.example")]
        )
    }

    private func respond(
        _ path: [String],
        _ fields: [(String, String)],
        form: String? = nil,
        role: Viewer.Role = .operator
    ) async -> (status: Int, text: String, location: String?) {
        var headers = [
            ("Host", "console.example"), ("X-Forwarded-User", "ana"),
            ("X-Forwarded-Groups", role.rawValue), ("Origin", "http://console.example"),
        ]
        if form != nil { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
        let response = await site.respond(
            WebRequest(
                method: form == nil ? "GET" : "POST",
                path: path,
                parameters: fields.map { WebRequest.Field(name: $0.0, value: $0.1) },
                headers: headers.map { WebRequest.Field(name: $0.0, value: $0.1) },
                body: Array((form ?? "").utf8),
                peer: "10.0.0.1"
            )
        )
        guard case .bytes(let bytes) = response.body else { return (response.status, "", nil) }
        let location = response.headers.first { $0.name == "Location" }?.value
        return (response.status, String(decoding: bytes, as: UTF8.self), location)
    }

    /// Has an action done as a browser would: looks at its page, and sends its form.
    @discardableResult
    private func act(
        _ name: String,
        _ fields: [(String, String)],
        reason: String? = nil
    ) async throws -> (status: Int, text: String, location: String?) {
        let seen = await respond(["actions", name], fields)
        #expect(seen.status == 200, "\(name): \(seen.text)")
        return await respond(["actions", name], [], form: Self.form(seen.text, reason: reason))
    }

    /// What the form of a page sends.
    private static func form(_ page: String, reason: String?) -> String {
        let field = #/<input type="hidden" name="([^"]*)" value="([^"]*)">/#
            .matchingSemantics(.unicodeScalar)
        var fields = page.matches(of: field).map { (String($0.output.1), String($0.output.2)) }
        if let reason { fields.append(("reason", reason)) }
        return
            fields.map { name, value in
                let encoded = value.utf8
                    .map { byte in
                        let digits = String(byte, radix: 16)
                        return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
                    }
                    .joined()
                return "\(name)=\(encoded)"
            }
            .joined(separator: "&")
    }

    private func log() async throws -> [String] {
        try await dock.ledger.actions.newest(limit: 100).reversed()
            .map { "\($0.who) \($0.verb) \($0.target)" + ($0.reason.map { ": \($0)" } ?? "") }
    }

    @Test("a load is paused, resumed, cancelled and retried")
    func orders() async throws {
        let load = String(try await dock.create(definition).id)
        for (name, reason) in [
            ("pause", "late"), ("resume", nil), ("cancel", "wrong file"), ("retry", nil),
        ] as [(String, String?)] {
            let done = try await act(name, [("target", load)], reason: reason)
            #expect(
                done.status == 303 && done.location == "/loads/\(load)",
                "\(name): \(done.text)"
            )
        }
        #expect(try await dock.row("select state from longshore.load") == "running")
        #expect(
            try await log().dropFirst() == [
                "ana pause load 1: late", "ana resume load 1", "ana cancel load 1: wrong file",
                "ana retry load 1",
            ]
        )
        let nothing = try await act("resume", [("target", load)])
        #expect(
            nothing.status == 409 && nothing.text.contains("There is nothing to resume any more.")
        )
    }

    @Test("a period is loaded again, closed and opened; a page that is behind is refused")
    func periods() async throws {
        try await dock.load(definition)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let fields = [("pipeline", "shop"), ("periods", "2024-01")]
        let seen = await respond(["actions", "load"], fields)
        for words in [
            "A load of 2 tasks is written: 1 of dimensions, 1 of facts.",
            "3 rows of earlier loads are replaced by those of the sources now.",
            "It stands now as: 2024-01 loaded by load 1 (sale); load 1 loaded",
            "longshore load shop --periods 2024-01",
        ] {
            #expect(seen.text.contains(words), "\(words)")
        }
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
        let form = Self.form(seen.text, reason: nil)
        let written = await respond(["actions", "load"], [], form: form)
        #expect(written.status == 303 && written.location == "/loads/2", "\(written.text)")
        let behind = await respond(["actions", "load"], [], form: form)
        #expect(behind.status == 409 && behind.text.contains("has moved since you looked"))
        #expect(try await dock.row("select count(*) from longshore.load") == "2")
        let claimed = try await act("close", fields, reason: "audited")
        #expect(
            claimed.status == 409 && claimed.text.contains("load 2 is running and has claimed it")
        )
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        #expect(try await act("close", fields, reason: "audited").status == 303)
        #expect(try await act("close", fields, reason: "audited").status == 409)
        let refused = try await act("load", fields)
        #expect(refused.status == 409 && refused.text.contains("is closed (audited)"))
        #expect(try await act("reopen", fields).status == 303)
        #expect(
            try await log() == [
                "somebody load shop 2024-01", "ana load shop 2024-01",
                "ana close shop 2024-01: audited", "ana reopen shop 2024-01",
            ]
        )
    }

    @Test("rejects are replayed and waived, each by its filter")
    func rejects() async throws {
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,1\ns2,2024-01-06,c9,2\ns3,2024-01-06,c1,\n"
        )
        try await dock.load(definition)
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let missing = [("pipeline", "shop"), ("rule", "required")]
        #expect(try await act("waive", missing, reason: " ").status == 400)
        let waived = try await act("waive", missing, reason: "known")
        #expect(
            waived.status == 303 && waived.location == "/rejects?pipeline=shop",
            "\(waived.text)"
        )
        let replayed = try await act("replay", [("pipeline", "shop"), ("rule", "references")])
        #expect(replayed.status == 303 && replayed.location == "/loads/2", "\(replayed.text)")
        #expect(try await act("replay", [("pipeline", "shop"), ("rule", "none")]).status == 409)
        #expect(
            try await log().dropFirst() == [
                "ana waive rejects of shop, rule required: known",
                "ana replay rejects of shop, rule references",
            ]
        )
    }

    @Test("a schedule is paused, resumed and fired")
    func schedules() async throws {
        let schedule = Schedule(
            cron: try CronExpression("0 2 * * *"),
            zone: "UTC",
            deadline: nil
        )
        _ = try await dock.ledger.schedules
            .put(schedule, of: dock.request(definition).0, ScheduleClock(of: schedule))
        let fields = [("pipeline", "shop")]
        for name in ["pause", "resume", "run"] {
            let done = try await act("\(name)-schedule", fields)
            #expect(done.status == 303, "\(name): \(done.text)")
        }
        #expect(try await act("resume-schedule", fields).status == 409)
        #expect(
            try await log().dropFirst() == [
                "ana pause schedule shop", "ana resume schedule shop", "ana run schedule shop",
            ]
        )
    }

    @Test(
        "who is no operator can neither look at an action nor have it done",
        arguments: [Viewer.Role.reader, .viewer]
    )
    func roles(_ role: Viewer.Role) async throws {
        _ = try await dock.create(definition)
        let fields = [("target", "1"), ("pipeline", "shop"), ("periods", "2024-01")]
        let form = "target=1&pipeline=shop&periods=2024-01&reason=x&shown=load%201%20running"
        for name in [
            "cancel", "pause", "resume", "retry", "load", "close", "reopen", "replay", "waive",
            "retry-export", "drop-export", "pause-schedule", "resume-schedule", "run-schedule",
        ] {
            #expect(await respond(["actions", name], fields, role: role).status == 403)
            #expect(await respond(["actions", name], [], form: form, role: role).status == 403)
        }
        #expect(try await log().count == 1)
    }

    @Test("what names nothing is not found, and what says too little is told so")
    func unfit() async throws {
        try await dock.create(definition)
        for (name, fields, status) in [
            ("nonsense", [], 404), ("cancel", [], 400), ("cancel", [("target", "99")], 404),
            ("cancel", [("target", "a b")], 400), ("load", [("pipeline", "shop")], 400),
            ("load", [("pipeline", "none"), ("periods", "2024-01")], 404),
            ("load", [("pipeline", "shop"), ("periods", "2024-13")], 400),
            ("run-schedule", [("pipeline", "shop")], 404),
            ("waive", [("pipeline", "shop"), ("load", "x")], 400),
            ("retry-export", [("pipeline", "shop"), ("export", "none")], 404),
            ("retry-export", [("pipeline", "shop"), ("key", "1")], 400),
        ] as [(String, [(String, String)], Int)] {
            let answer = await respond(["actions", name], fields)
            #expect(answer.status == status, "\(name) \(fields): \(answer.text)")
        }
        // What was not shown is not done.
        let unseen = await respond(["actions", "cancel"], [], form: "target=1&reason=x")
        #expect(unseen.status == 400 && unseen.text.contains("Look at what will happen first."))
        let twice = await respond(
            ["actions", "cancel"],
            [],
            form: "target=1&target=2&shown=&reason=x"
        )
        #expect(twice.status == 400)
        #expect(try await dock.row("select state from longshore.load") == "running")
    }
}
