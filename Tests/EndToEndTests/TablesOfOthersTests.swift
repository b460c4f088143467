import Foundation
import TestSupport
import Testing

/// What the built binary does in a warehouse that is not its alone.
@Suite("Tables of others", .serialized)
struct TablesOfOthersTests {
    /// A shop whose tables are in the schema `mine`.
    private func write(_ pipeline: String, in harbour: Harbour) throws {
        let files = [
            "pipeline.yaml": """
            pipeline: \(pipeline)
            warehouse: { schema: mine }
            period: { grain: month, start: 2024-01, end: 2024-01 }
            sources:
              drops: { files: "${DATA_DIR}" }
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                grain: [id]
                columns:
                  id: { type: text, required: true }
                  sold_on: { type: date, required: true }
            marts:
              report: { sql: report.sql, per: whole, reads: [sale] }

            """, "report.sql": "select count(*) as n from fact_sale\n",
        ]
        let folder = harbour.data + "/" + pipeline
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        for (name, text) in files {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
    }

    private func harbour(_ pipelines: String...) async throws -> Harbour {
        let harbour = try await Harbour.open()
        for pipeline in pipelines { try write(pipeline, in: harbour) }
        try "id,sold_on\ns1,2024-01-05\ns2,2024-01-06\n"
            .write(
                toFile: harbour.data + "/sales_2024-01.csv",
                atomically: true,
                encoding: .utf8
            )
        return harbour
    }

    @Test("a table that was there before is refused until it is adopted, and told by check")
    func strangers() async throws {
        let harbour = try await harbour("shop")
        _ = try await harbour.ask("create schema mine")
        _ = try await harbour.ask(
            "create table mine.mart_report as select g::bigint as n from generate_series(1, 1000) g"
        )
        let line = """
            `mine.mart_report` is a table with 1,000 rows; adopted, all its rows are deleted by the \
            first load
            """
        for command in [["load", "shop", "--workers", "1"], ["plan", "shop"]] {
            let run = try await harbour.program.start(command).finish()
            #expect(run.exitCode == 65, "\(run.output)\(run.errors)")
            #expect(run.errors.contains(line), "\(run.errors)")
            #expect(run.errors.contains("--adopt mine.mart_report"), "\(run.errors)")
        }
        #expect(try await harbour.ask("select count(*) from mine.mart_report") == ["1000"])
        let check = try await harbour.program.run("check", "shop")
        #expect(check.exitCode == 0)
        #expect(check.output.contains(line), "\(check.output)")
        let other = try await harbour.program.run("load", "shop", "--adopt", "mine.fact_sales")
        #expect(other.exitCode == 64)

        let adopt = ["--adopt", "mine.mart_report"]
        let access = ["--environment", "DATA_*", "--sources-below", harbour.data]
        let plan = try await harbour.program.start(["plan", "shop"] + adopt + access).finish()
        let options =
            "--adopt mine.mart_report --environment 'DATA_*' --sources-below \(harbour.data) --plan"
        #expect(plan.output.contains(options), "\(plan.output)\(plan.errors)")
        let load = try await harbour.program
            .start(["load", "shop", "--workers", "1"] + adopt).finish()
        #expect(load.exitCode == 0, "\(load.output)\(load.errors)")
        #expect(try await harbour.ask("select n from mine.mart_report") == ["2"])
        let again = try await harbour.program.run(
            "load",
            "shop",
            "--workers",
            "1",
            "--periods",
            "2024-01",
            "--adopt",
            "mine.fact_sale"
        )
        #expect(again.exitCode == 0, "\(again.output)\(again.errors)")
        #expect(again.errors.contains("`--adopt fact_sale` changes nothing"), "\(again.errors)")
        let empty = try await harbour.program.run("load", "shop", "--adopt", "")
        #expect(empty.exitCode == 64, "\(empty.output)\(empty.errors)")
    }

    @Test("check says so when the ledger does not tell whose tables are")
    func unknownOwners() async throws {
        let harbour = try await harbour("shop")
        let load = try await harbour.program.run("load", "shop", "--workers", "1")
        #expect(load.exitCode == 0, "\(load.output)\(load.errors)")
        _ = try await harbour.ask("alter table longshore.owned_table rename column pipeline to was")
        let check = try await harbour.program.run("check", "shop")
        #expect(
            check.output.contains("the warehouse cannot be asked whose the tables are: "),
            "\(check.output)\(check.errors)"
        )
    }

    @Test("the tables of a pipeline are refused to another, until it is the same one renamed")
    func twoPipelines() async throws {
        let harbour = try await harbour("one", "two")
        let load = try await harbour.program.run("load", "one", "--workers", "1")
        #expect(load.exitCode == 0, "\(load.output)\(load.errors)")
        let words = "`mine.fact_sale`, `mine.mart_report` belong to the pipeline `one`"
        for command in [["load", "two", "--workers", "1"], ["plan", "two"], ["check", "two"]] {
            let run = try await harbour.program.start(command).finish()
            #expect(run.exitCode == 65, "\(run.output)\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
        let rename = try await harbour.program.run("pipelines", "rename", "one", "two")
        #expect(
            rename.output == """
                one is called two now, with 1 load.
                In its pipeline.yaml, write `pipeline: two`, and keep its schema: \
                `warehouse: { schema: mine }`.

                """,
            "\(rename.errors)"
        )
        let again = try await harbour.program.run("pipelines", "rename", "one", "two")
        #expect(
            again.output == "Nothing to do: the ledger has a pipeline two, and none called one.\n"
        )
        let nothing = try await harbour.program.run("load", "two", "--workers", "1")
        #expect(nothing.output.contains("Nothing is due"), "\(nothing.output)\(nothing.errors)")
        let check = try await harbour.program.run("check", "two")
        #expect(check.exitCode == 0, "\(check.errors)")
        #expect(try await harbour.program.run("check", "one").exitCode == 65)
        let wrong = try await harbour.program.run("pipelines", "rename", "two", "Two")
        #expect(wrong.exitCode == 64)
    }
}
