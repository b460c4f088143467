import Foundation
import TestSupport
import Testing

/// `docs/faults.md` says which fault is proven where.
@Suite struct FaultPageTests {
    @Test("the page of faults names tests and cases that exist")
    func proofsExist() async throws {
        let page = try String(
            contentsOfFile: TestStack.packageDirectory + "/docs/faults.md",
            encoding: .utf8
        )
        .replacing("\n", with: " ")
        let sources = try Self.testSources()
        let tests = page.matches(of: /“([^”]+)”/).map { String($0.1) }
        #expect(tests.count > 30)
        for test in tests { #expect(sources.contains("\"\(test)\""), "\(test)") }

        let program = Program(environment: [:], folder: TestStack.packageDirectory)
        let cases = try await program.run("torture", "--list").output.split(separator: "\n")
        let prefix =
            /`((?:worker|coordinator|broker|redis|postgres|network|message|export|source\.(?:objects|api|postgres|mongodb|mariadb))\.[a-z.-]+)`/
        let named = page.matches(of: prefix).map { String($0.1) }
        #expect(named.count > 30)
        // Only where `libfaketime` or `mariadb-server` is installed, and only as root.
        let optional = ["worker.clock", "source.mariadb", "postgres.disk-full"]
        for name in named where !optional.contains(where: name.hasPrefix) {
            #expect(cases.contains { $0.hasPrefix(name) }, "\(name)")
        }
        for line in cases {
            #expect(named.contains { line.hasPrefix($0) }, "\(line) is on no line of the page")
        }
    }

    private static func testSources() throws -> String {
        let folder = TestStack.packageDirectory + "/Tests"
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return try files.filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) }
            .joined()
    }
}
