import Foundation
import HTTP
import Loopback
import TestSupport
import Testing

/// The console's pages, looked at by a browser (`Tests/console/pages.py`).
@Suite("The console in a browser", .enabled(if: Browser.isThere, Browser.comment))
struct ConsolePageTests {
    private static let token = "browser-0123456789abcdef"

    /// A console of a fleet that answers, and where it is.
    private static func open(_ harbour: Harbour) async throws -> (RunningProgram, url: String) {
        let address = "127.0.0.1:\(try LoopbackListener().port)"
        let file = harbour.data + "/tokens"
        try "ana operator \(token)\n".write(toFile: file, atomically: true, encoding: .utf8)
        let console = try harbour.program
            .start(["console", "--listen", address, "--tokens", file])
        let url = "http://\(address)/"
        let client = HTTPClient(HTTPConfiguration(reach: .privateNetworks))
        await eventually(within: .seconds(20), "the console answers") {
            try await client.send(HTTPRequest("GET", try HTTPURL(url))).status == 401
        }
        return (console, url)
    }

    private static func stop(_ programs: RunningProgram...) async throws {
        for program in programs {
            program.signal(SIGTERM)
            _ = try await program.finish()
        }
    }

    @Test("every page: axe, the policy, widths, both themes, and keys")
    func pages() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 3, calls: 400, bad: "3%")
        let load = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01..2024-03",
            "--workers",
            "2"
        )
        #expect(load.exitCode == 0, "\(load.errors)")
        let plan = try await harbour.program.run(
            "plan",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-02",
            "--effects"
        )
        #expect(plan.exitCode == 0, "\(plan.errors)")
        let digest = try #require(
            try await harbour.ask("select digest from longshore.plan").first
        )
        let reject = try #require(
            try await harbour.ask("select min(id) from longshore.reject").first
        )
        let (console, url) = try await Self.open(harbour)
        let table = "tables/callcenter/fact_call"
        let paths = [
            "/", "loads", "loads/1", "loads/1/tasks/0", "tables", table,
            "\(table)/periods/2024-02", "\(table)/rows?key=C-000001", "rejects",
            "rejects/\(reject)", "fleet", "dead-letters", "plans", "plans/\(digest)", "schedules",
            "exports", "alerts",
        ]
        let seen =
            try await Browser.start(
                url,
                ["--token", Self.token] + paths.flatMap { ["--path", $0] }
            )
            .finish()
        #expect(seen.exitCode == 0, "\(seen.output)\(seen.errors)")
        try await Self.stop(console)
    }

    @Test("a load's page follows it to its end, without being loaded again")
    func live() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 12, calls: 20_000)
        let (console, url) = try await Self.open(harbour)
        let load = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01..2024-12",
            "--detach"
        )
        #expect(load.exitCode == 0, "\(load.errors)")
        let browser = try Browser.start(url, ["--token", Self.token, "--live", "1"])
        await eventually(within: .seconds(60), "the browser looks") {
            browser.errorsSoFar.contains("ready")
        }
        let coordinator = try harbour.program.start(["coordinator"])
        let worker = try harbour.program.start(["worker", "--slots", "1"])
        let seen = try await browser.finish()
        #expect(seen.exitCode == 0, "\(seen.output)\(seen.errors)")
        try await Self.stop(worker, coordinator, console)
    }
}

/// Chromium, driven by playwright.
enum Browser {
    private static let script = TestStack.packageDirectory + "/Tests/console/pages.py"

    /// The python that `make test` has made ready (`deploy/install-browser.sh`), else that of the machine.
    private static let python: String = {
        let own = TestStack.packageDirectory + "/.build/browser/bin/python3"
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }()

    /// Whether all that it takes is on this machine.
    static let isThere: Bool = {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") else {
            return false
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            python, "-c", "import playwright.sync_api, axe_playwright_python.sync_playwright",
        ]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    static let comment: Comment =
        "needs chromium (apt-get install chromium fonts-inter), and playwright and axe-playwright-python for python3"

    static func start(_ url: String, _ arguments: [String]) throws -> RunningProgram {
        try RunningProgram(
            "/usr/bin/env",
            [python, script, url] + arguments,
            environment: ProcessInfo.processInfo.environment,
            folder: TestStack.packageDirectory
        )
    }
}
