import Foundation
import Testing

/// What the commands say of definitions and files that have changed, and what they load of it.
@Suite("Changed definitions and files", .serialized)
struct ChangedTests {
    private let harbour: Harbour

    init() async throws {
        harbour = try await Harbour.open()
        try write("s_2024-01.csv", "id,d,amt,qty,who\n1,2024-01-05,10,3,a\n2,2024-01-06,20,4,b\n")
        try write("s_2024-02.csv", "id,d,amt,qty,who\n3,2024-02-05,10,5,a\n4,2024-02-06,20,6,b\n")
        try write("people.csv", "who,name\na,Ana\nb,Bo\n")
        try define()
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: harbour.data + "/" + name))
    }

    private func define(
        _ columns: String = "",
        rule: String = "",
        period: String = "start: 2024-01, end: 2024-02",
        sql: String = "select sum(amt) as amt from fact_s where period = :period_start"
    ) throws {
        try write("month.sql", sql)
        try write(
            "pipeline.yaml",
            """
            pipeline: c40
            period: { grain: month, \(period) }
            sources: { drops: { files: "${DATA_DIR}" } }
            dimensions:
              person:
                from: { source: drops, csv: people.csv }
                key: who
                columns: { who: { type: text, required: true }, name: { type: text } }
            facts:
              s:
                from: { source: drops, csv: "s_{period}.csv" }
                period: d
                grain: id
                columns:
                  id: { type: integer, required: true }
                  d: { type: date, required: true }
                  amt: { type: "decimal(12,2)", required: true\(rule) }
            \(columns)
            marts:
              month: { sql: month.sql, per: period }
            """
        )
    }

    private func load(_ arguments: String...) async throws -> Program.Run {
        try await harbour.program.start(["load", ".", "--workers", "2"] + arguments).finish()
    }

    private func newestPeriods() async throws -> [String] {
        try await harbour.ask("select id, periods from longshore.load order by id desc limit 1")
    }

    @Test(
        "a column that a part of the periods lacks: named before, stale after, loaded by a plain load"
    )
    func column() async throws {
        #expect(try await load().exitCode == 0)
        try define(
            "      qty: { type: integer, required: true }\n"
                + "      person: { references: person, from: who }"
        )
        let checked = try await harbour.program.run("check", ".")
        #expect(
            checked.output.contains(
                "changed: fact_s 2024-01..2024-02: column qty is new; reference person is new"
            ),
            "\(checked.output)"
        )
        let first = try await load("--periods", "2024-01")
        #expect(first.exitCode == 0)
        #expect(
            first.errors.contains(
                "changed: fact_s 2024-02: column qty is new; reference person is new"
            ),
            "\(first.errors)"
        )
        #expect(
            try await harbour.ask("select qty, person_key from c40.fact_s where id > 2 order by id")
                == ["|-1", "|-1"]
        )
        let listed = try await harbour.program.run("periods", "c40")
        #expect(
            listed.output.contains(
                "`qty` is new, and null in its rows; `person_key` is new, and the unknown member in "
                    + "its rows; changed: column qty is new; reference person is new"
            ),
            "\(listed.output)"
        )
        let rest = try await load()
        #expect(rest.exitCode == 0, "\(rest.errors)")
        #expect(try await newestPeriods() == ["3|{2024-02}"])
        #expect(try await load().output.hasPrefix("Nothing is due"))
    }

    @Test("a rule and the SQL of a mart are named, and loaded by --changed alone")
    func changed() async throws {
        #expect(try await load().exitCode == 0)
        try define(
            rule: ", min: 0",
            sql: "select sum(amt) + 1 as amt from fact_s where period = :period_start"
        )
        let nothing = try await load()
        #expect(
            nothing.output == """
                Nothing is due: every period of c40 is loaded or closed.
                changed: fact_s 2024-01..2024-02: the rule of amt has changed
                changed: mart_month 2024-01..2024-02: the SQL has changed
                load what has changed: longshore load . --changed
                To load some again: longshore load . --periods FIRST..LAST
                To load dimensions alone: longshore load . --dimensions

                """
        )
        #expect(try await load("--periods", "2024-01").exitCode == 0)
        let plan = try await harbour.program.run("plan", ".", "--changed")
        #expect(plan.exitCode == 0, "\(plan.errors)")
        #expect(plan.output.contains("2024-02") && !plan.output.contains("2024-01"))
        #expect(try await load("--changed").exitCode == 0)
        #expect(try await newestPeriods() == ["3|{2024-02}"])
        let none = try await load("--changed")
        #expect(none.output.hasPrefix("Nothing of c40 has changed since it was loaded."))
    }

    @Test("files that change, come late or come beyond the end are named, and loaded by --changed")
    func files() async throws {
        #expect(try await load().exitCode == 0)
        try write("s_2024-01.csv", "id,d,amt,qty,who\n1,2024-01-05,11,3,a\n")
        try write("people.csv", "who,name\na,Anna\nb,Bo\n")
        try write("s_2024-03.csv", "id,d,amt,qty,who\n5,2024-03-05,10,5,a\n")
        let nothing = try await load()
        #expect(
            nothing.output.contains(
                """
                changed: dim_person: `people.csv` has changed
                changed: fact_s 2024-01: `s_2024-01.csv` has changed
                not loaded: `s_2024-03.csv`: its period `2024-03` is after the end, `2024-02`
                """
            ),
            "\(nothing.output)"
        )
        for pipeline in [".", "c40"] {
            let listed = try await harbour.program.run("periods", pipeline)
            #expect(
                listed.errors.contains(
                    "not loaded: `s_2024-03.csv`: its period `2024-03` is after the end, `2024-02`\n"
                ),
                "\(listed.errors)"
            )
            let forMachines = try await harbour.program.run("periods", pipeline, "--json")
            #expect(!forMachines.errors.contains("not loaded"), "\(forMachines.errors)")
        }
        #expect(try await load("--dimensions").exitCode == 0)
        #expect(try await newestPeriods() == ["2|{}"])
        #expect(
            try await harbour.ask("select name from c40.dim_person where who = 'a'") == ["Anna"]
        )
        #expect(try await load("--changed").exitCode == 0)
        #expect(try await newestPeriods() == ["3|{2024-01,2024-03}"])
        #expect(try await harbour.ask("select sum(amt) from c40.fact_s") == ["51.00"])
        try write("people.csv", "who,name\na,Anne\nb,Bo\n")
        #expect(try await load("--changed").exitCode == 0)
        #expect(try await newestPeriods() == ["4|{}"])
    }

    @Test("`--changed` is offered as it has to be called, and only where it takes something")
    func offer() async throws {
        #expect(try await load().exitCode == 0)
        try write("s_2023-12.csv", "id,d,amt,qty,who\n5,2023-12-05,10,5,a\n")
        let early = try await load()
        #expect(early.output.contains("not loaded: `s_2023-12.csv`"), "\(early.output)")
        #expect(!early.output.contains("--changed"), "\(early.output)")
        try write("s_2024-03.csv", "id,d,amt,qty,who\n5,2024-03-05,10,5,a\n")
        let definition = try String(
            contentsOfFile: harbour.data + "/pipeline.yaml",
            encoding: .utf8
        )
        try write(
            "pipeline.yaml",
            definition + "\nparameters: { region: { type: text, default: north } }"
        )
        let late = try await load("--set", "region=south east")
        #expect(
            late.output.contains(
                "load what has changed: longshore load . --changed --set 'region=south east'\n"
            ),
            "\(late.output)\(late.errors)"
        )
    }

    @Test("without an end the months whose files are there are loaded, and the others awaited")
    func awaited() async throws {
        try define(period: "start: 2024-01")
        let run = try await load()
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("awaited: fact_s 2024-03.."), "\(run.errors)")
        #expect(try await newestPeriods() == ["1|{2024-01,2024-02}"])
        let again = try await load()
        #expect(again.exitCode == 0)
        #expect(
            again.output.hasPrefix(
                "Nothing is due: every period of c40 is loaded, closed or awaited."
            )
        )
        let listed = try await harbour.program.run("periods", ".")
        #expect(listed.output.contains("awaited"), "\(listed.output)")
        #expect(listed.output.contains("no file matches `s_2024-03.csv`"))
        try write("s_2024-03.csv", "id,d,amt,qty,who\n5,2024-03-05,10,5,a\n")
        #expect(try await load().exitCode == 0)
        #expect(try await newestPeriods() == ["2|{2024-03}"])
        let asked = try await harbour.program.run("load", ".", "--periods", "2024-04", "--detach")
        #expect(asked.exitCode == 0, "\(asked.errors)")
    }

    @Test("a pipeline with periods and no facts loads its dimensions")
    func dimensionsAlone() async throws {
        try write(
            "pipeline.yaml",
            """
            pipeline: people
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: "${DATA_DIR}" } }
            dimensions:
              person:
                from: { source: drops, csv: people.csv }
                key: who
                columns: { who: { type: text, required: true }, name: { type: text } }
            """
        )
        let run = try await load()
        #expect(run.exitCode == 0, "\(run.output) \(run.errors)")
        #expect(try await harbour.ask("select count(*) from people.dim_person") == ["3"])
    }
}
