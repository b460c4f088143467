import Foundation
import TestSupport
import Testing

/// The fleet's result beside that of SQL which knows nothing of it: `Oracle/*.sql`.
@Suite("The oracle", .serialized)
struct OracleTests {
    /// In what order the parts of the sources come, and what memory key maps may take.
    struct Course: Sendable, CustomTestStringConvertible {
        var agents: Int
        var parts: Int
        var order: [Int]
        var memory: String

        var testDescription: String {
            "\(agents) members, \(parts) parts as \(order), key maps in \(memory)"
        }
    }

    @Test(
        "10,000 members, 50,000 versions, and facts of them: no row differs, in whatever order",
        .timeLimit(.minutes(10)),
        arguments: [
            Course(agents: 10_000, parts: 3, order: [0, 1, 2], memory: "512MB"),
            Course(agents: 2_000, parts: 2, order: [1, 0], memory: "0"),
            Course(agents: 2_000, parts: 1, order: [0], memory: "200KB"),
        ]
    )
    func noRowDiffers(course: Course) async throws {
        let harbour = try await Harbour.open()
        let sources = OracleSources(
            agents: course.agents,
            observations: course.agents * 15 / 2,
            loads: course.parts,
            seed: 31
        )
        for (index, part) in course.order.enumerated() {
            for (name, text) in sources.loads[part] { try harbour.write(name, text) }
            let isLast = index == course.order.count - 1
            let run = try await harbour.program.run(
                "load",
                TestStack.packageDirectory + "/Tests/EndToEndTests/Oracle",
                "--periods",
                isLast ? "2024-01..2024-03" : "2024-02",
                "--workers",
                "2",
                "--key-map-memory",
                course.memory
            )
            #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
            try await harbour.runSQL("stage.sql", ["load=\(index + 1)", "data=\(harbour.data)"])
        }
        _ = try await harbour.runSQL("dimensions.sql")
        _ = try await harbour.runSQL("facts.sql")
        let lines = try await harbour.runSQL("compare.sql").split(separator: "\n")
        let differences = lines.filter { !$0.hasSuffix("|0|0") }
        #expect(differences == [])
        try expectMuch(lines.map { $0.split(separator: "|").map(String.init) }, course.agents)
        try await expectEveryRule(harbour)
    }

    /// An oracle that compares nothing with nothing agrees too.
    private func expectMuch(_ lines: [[String]], _ agents: Int) throws {
        let rows = Dictionary(uniqueKeysWithValues: lines.map { ($0[0], Int($0[1]) ?? 0) })
        #expect(
            rows.keys.sorted() == [
                "agent", "client", "grade", "region", "reject", "sale", "shop", "visit",
            ]
        )
        #expect(try #require(rows["agent"]) >= agents * 5)
        #expect(try #require(rows["sale"]) >= 14_000)
        #expect(try #require(rows["visit"]) >= 1_500)
        #expect(try #require(rows["reject"]) >= 500)
    }

    private func expectEveryRule(_ harbour: Harbour) async throws {
        let rules = try await harbour.ask(
            "select distinct rule from longshore.reject order by rule"
        )
        #expect(
            rules == [
                "boolean", "date", "decimal", "fields", "grain", "integer", "length", "matches",
                "max",
                "min", "one_of", "period", "references", "required", "timestamp", "void_is_free",
            ]
        )
    }
}

extension Harbour {
    /// Writes a file of the sources.
    fileprivate func write(_ name: String, _ text: String) throws {
        try text.write(toFile: data + "/" + name, atomically: true, encoding: .utf8)
    }

    /// Runs one of the oracle's files with `psql`, and gives what it prints.
    @discardableResult
    fileprivate func runSQL(_ file: String, _ variables: [String] = []) async throws -> String {
        let path = TestStack.packageDirectory + "/Tests/EndToEndTests/Oracle/" + file
        let assignments = variables.flatMap { ["-v", $0] }
        let run = try await RunningProgram(
            "psql",
            ["-X", "-q", "-d", databaseURL, "-f", path] + assignments,
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"],
            folder: data
        )
        .finish()
        guard run.exitCode == 0 else { throw HarbourError(what: "\(file): \(run.errors)") }
        return run.output
    }
}
