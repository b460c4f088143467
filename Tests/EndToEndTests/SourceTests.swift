import Foundation
import TestSupport
import Testing

/// From a file to a loaded star: `profile`, `init --from`, `check --sources`, `load`.
@Suite("A source that nobody has described yet")
struct SourceTests {
    @Test("becomes a pipeline that loads at once")
    func initFromFile() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 2, calls: 600, bad: "0%")
        let made = try await harbour.program.run(
            "init",
            "calls",
            "--from",
            "calls_2024-01.csv.gz",
            "--from",
            "campaigns.csv",
            "--from",
            "outcomes.csv"
        )
        #expect(made.exitCode == 0, "\(made.errors)")
        let checked = try await harbour.program.run("check", "calls", "--sources")
        #expect(checked.exitCode == 0, "\(checked.output)\(checked.errors)")
        let loaded = try await harbour.program.run("load", "calls", "--workers", "2")
        #expect(loaded.exitCode == 0, "\(loaded.output)\(loaded.errors)")
        #expect(try await harbour.ask("select count(*) from calls.fact_calls") == ["600"])
        #expect(
            try await harbour.ask(
                "select count(*) from longshore.reject"
            ) == ["0"]
        )
    }

    @Test("of invoices too, with the customers that its rows carry")
    func initFromInvoices() async throws {
        let harbour = try await Harbour.open()
        let generated = try await harbour.program.run(
            "generate",
            "invoices",
            "--seed",
            "3",
            "--output",
            harbour.data
        )
        #expect(generated.exitCode == 0, "\(generated.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: harbour.data)
            .filter { $0.contains(".csv") }.sorted()
        let first = try #require(files.first)
        let made = try await harbour.program.run("init", "billing", "--from", first)
        #expect(made.exitCode == 0, "\(made.errors)")
        let loaded = try await harbour.program.run("load", "billing", "--workers", "2")
        #expect(loaded.exitCode == 0, "\(loaded.output)\(loaded.errors)")
    }

    @Test("is shown column by column, with a definition that passes the check")
    func profile() async throws {
        let harbour = try await Harbour.open()
        try "id,day,amount\n1,2024-01-03,5.50\n2,2024-01-04,6.25\n"
            .write(
                toFile: harbour.data + "/orders.csv",
                atomically: true,
                encoding: .utf8
            )
        let shown = try await harbour.program.run("profile", "orders.csv")
        #expect(shown.exitCode == 0, "\(shown.errors)")
        #expect(
            shown.output.hasPrefix(
                """
                orders.csv: 2 rows, 3 columns, delimiter ,, utf-8

                column  type             null  empty  distinct  length  min         max
                id      integer             0      0         2       1  1           2
                day     date yyyy-MM-dd     0      0         2      10  2024-01-03  2024-01-04
                amount  decimal(3,2)        0      0         2       4  5.50        6.25

                A row is identified by `id`, or `day`.
                """
            ),
            "\(shown.output)"
        )
        let yaml = try await harbour.program.run("profile", "orders.csv", "--yaml")
        let folder = harbour.data + "/drafted"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        try yaml.output.write(
            toFile: folder + "/pipeline.yaml",
            atomically: true,
            encoding: .utf8
        )
        #expect(try await harbour.program.run("check", folder).exitCode == 0)
        let json = try await harbour.program.run("profile", "orders.csv", "--json", "--rows", "1")
        #expect(json.output.contains("\"all_rows_read\" : false"), "\(json.output)")
    }

    @Test("may have the words of SQL for names")
    func wordsOfSQL() async throws {
        let harbour = try await Harbour.open()
        try
            "select,from,order,user,group,\"say \"\"hi\"\"\"\n1,a,2024-01-03,x,1.5,y\n2,b,2024-01-04,x,2.5,z\n"
            .write(toFile: harbour.data + "/table.csv", atomically: true, encoding: .utf8)
        let made = try await harbour.program.run("init", "words", "--from", "table.csv")
        #expect(made.exitCode == 0, "\(made.errors)")
        let loaded = try await harbour.program.run("load", "words", "--workers", "1")
        #expect(loaded.exitCode == 0, "\(loaded.output)\(loaded.errors)")
        #expect(
            try await harbour.ask("select \"select\", \"user\" from words.fact_table order by 1")
                == ["1|x", "2|x"]
        )
    }

    @Test("of a pipeline is profiled by the name of its table")
    func definedSource() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 100, bad: "0%")
        let folder = Harbour.pipeline("callcenter")
        let shown = try await harbour.program.run("profile", folder + ":team")
        #expect(shown.exitCode == 0, "\(shown.errors)")
        #expect(shown.output.hasPrefix("drops: teams.csv: "), "\(shown.output)")
        let call = try await harbour.program.run("profile", folder + ":call", "--rows", "50")
        #expect(call.output.contains("50 rows read"), "\(call.output)\(call.errors)")
        let link = harbour.data + "/dt=2024"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder)
        let marked = try await harbour.program.run("profile", link + ":team")
        #expect(marked.output.hasPrefix("drops: teams.csv: "), "\(marked.output)\(marked.errors)")
        let unknown = try await harbour.program.run("profile", folder + ":taem")
        #expect(unknown.exitCode == 64)
        #expect(unknown.errors.contains("(did you mean `team`?)"), "\(unknown.errors)")
    }

    @Test("that is missing or dead ends a check with what to do, and its exit code")
    func badSources() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 2, calls: 100, bad: "0%")
        let folder = Harbour.pipeline("callcenter")
        let good = try await harbour.program.run(
            "check",
            folder,
            "--sources",
            "--periods",
            "2024-01..2024-02"
        )
        #expect(good.exitCode == 0, "\(good.output)")
        let awaited = try await harbour.program.run("check", folder, "--sources")
        #expect(awaited.exitCode == 0)
        #expect(
            awaited.output.contains("awaited: fact_call 2024-03..2024-12: no file matches"),
            "\(awaited.output)"
        )
        let missing = try await harbour.program.run(
            "check",
            folder,
            "--sources",
            "--periods",
            "2024-01..2024-12"
        )
        #expect(missing.exitCode == 65)
        #expect(
            missing.output.contains("no file for 2024-03..2024-12 (10 periods)"),
            "\(missing.output)"
        )
        let alone = try await harbour.program
            .with(["LONGSHORE_POSTGRES_URL": "postgres://u:p@127.0.0.1:1/x"]).run("check", folder)
        #expect(alone.exitCode == 0)
        let told = alone.output.components(separatedBy: "the warehouse cannot be asked")
        #expect(told.count == 2, "\(alone.output)")
        let dead = harbour.data + "/dead"
        try FileManager.default.createDirectory(atPath: dead, withIntermediateDirectories: true)
        try """
        pipeline: dead
        sources: { crm: { postgres: "${CRM_URL}" } }
        dimensions:
          team:
            from: { source: crm, query: select 1 as code }
            key: code
            columns: { code: { type: integer, required: true } }

        """
        .write(toFile: dead + "/pipeline.yaml", atomically: true, encoding: .utf8)
        let unset = try await harbour.program.run("check", dead, "--sources")
        #expect(unset.exitCode == 65)
        #expect(unset.output.contains("the environment variable `CRM_URL` is not set"))
        let refused = try await harbour.program
            .with(["CRM_URL": "postgres://u:hunter2@127.0.0.1:1/x"])
            .run("check", dead, "--sources")
        #expect(refused.exitCode == 69)
        #expect(refused.output.contains("error: crm: the source cannot be used: "))
        #expect(!refused.output.contains("hunter2") && !refused.errors.contains("hunter2"))
    }
}
