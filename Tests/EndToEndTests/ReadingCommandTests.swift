import Foundation
import Testing

/// Commands that only look, at ledgers that are not as this program makes them.
@Suite("Commands that only read")
struct ReadingCommandTests {
    /// A folder with a definition, beside which `shop` is the name of a pipeline that nobody has loaded.
    private static func commands(folder: String) -> [[String]] {
        [
            ["status"], ["status", "--json"], ["status", "7"], ["why", "7.1"], ["periods"],
            ["periods", "list", "--json"], ["periods", "list", "shop"],
            ["periods", "list", folder],
            ["rejects", "list"], ["rejects", "list", "--json"], ["rejects", "list", "shop"],
            ["rejects", "show", "3"], ["rejects", "export"], ["rejects", "export", "shop"],
            ["rejects", "export", "--file", "\(folder)/rejects.csv"],
            ["exports", "list", "shop"], ["exports", "show", "shop", "prices"],
            ["trace", "shop.fact_order", "A-1"],
            ["schedules"], ["schedules", "list", "shop"], ["schedules", "next", "shop"],
            ["alerts", "list"], ["alerts", "list", "shop", "--json"], ["actions"],
            ["actions", "list", "--json"], ["dead"], ["dead", "show", "--all"],
            ["dead", "show", "x"], ["prune", "--older-than", "400", "--dry-run"],
        ]
    }

    private struct Answer: Equatable {
        var code: Int32
        var output: String
        var errors: String
    }

    private static func answer(_ harbour: Harbour, _ command: [String]) async throws -> Answer {
        let run = try await harbour.program.start(command).finish()
        return Answer(code: run.exitCode, output: run.output, errors: run.errors)
    }

    private static func metrics(_ harbour: Harbour) async throws -> Answer {
        var answer = try await Self.answer(harbour, ["metrics"])
        answer.output = answer.output.split(separator: "\n")
            .filter { !$0.hasPrefix("longshore_fleet_report_timestamp_seconds ") }
            .joined(separator: "\n")
        return answer
    }

    private static func hasLedger(_ harbour: Harbour) async throws -> Bool {
        try await harbour.ask("select to_regnamespace('longshore') is not null") == ["t"]
    }

    private static func harbour() async throws -> (Harbour, folder: String) {
        let harbour = try await Harbour.open()
        let made = try await harbour.program.run("init", "shops")
        #expect(made.exitCode == 0, "\(made.errors)")
        return (harbour, harbour.data + "/shops")
    }

    @Test("say of no ledger what they say of an empty one, and make none")
    func nothing() async throws {
        let (harbour, folder) = try await Self.harbour()
        let commands = Self.commands(folder: folder)
        var before: [Answer] = []
        for command in commands { before.append(try await Self.answer(harbour, command)) }
        let told = try await Self.metrics(harbour)
        #expect(try await !Self.hasLedger(harbour))
        let made = try await harbour.program.run("ledger", "upgrade")
        #expect(made.exitCode == 0, "\(made.errors)")
        #expect(try await Self.hasLedger(harbour))
        for (command, answer) in zip(commands, before) {
            let after = try await Self.answer(harbour, command)
            #expect(answer == after, "\(command)")
        }
        #expect(try await told == Self.metrics(harbour))
        #expect(told.output.contains("longshore_access{server=\"postgres\"} 1"))
    }

    @Test("refuse an older ledger in words, and leave it to the fleet that runs on it")
    func older() async throws {
        let (harbour, folder) = try await Self.harbour()
        _ = try await harbour.program.run("ledger", "upgrade")
        let newest = try #require(
            try await harbour.ask("select max(version) from longshore.migration").first
        )
        let known = try #require(Int(newest))
        _ = try await harbour.ask(
            "delete from longshore.migration where version = (select max(version) from longshore.migration)"
        )
        let refusal =
            "error: the ledger has schema version `\(known - 1)`, this program makes `\(known)`: "
            + "`longshore ledger upgrade` with a coordinator's login brings it up to date, and programs of "
            + "the older version stop then\n"
        let commands =
            Self.commands(folder: folder) + [
                ["plan", folder], ["plan", folder, "--effects"],
                ["console", "--listen", "127.0.0.1:0"],
            ]
        for command in commands {
            let answer = try await Self.answer(harbour, command)
            #expect(answer == Answer(code: 65, output: "", errors: refusal), "\(command)")
        }
        let told = try await Self.metrics(harbour)
        #expect(told.code == 0)
        #expect(told.output.contains("longshore_access{server=\"postgres\"} 0"))
        #expect(told.errors.hasPrefix("postgres cannot be asked: the ledger has schema version"))
        let version = "select max(version) from longshore.migration"
        #expect(try await harbour.ask(version) == ["\(known - 1)"])
    }

    @Test("a plan is remembered, for which the first ledger is made")
    func plan() async throws {
        let (harbour, folder) = try await Self.harbour()
        let planned = try await harbour.program.run("plan", folder, "--periods", "2024-01")
        #expect(planned.exitCode == 0, "\(planned.errors)")
        #expect(planned.output.contains("--plan "))
        #expect(try await harbour.ask("select count(*) from longshore.plan") == ["1"])
    }
}
