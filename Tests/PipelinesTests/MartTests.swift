import Pipelines
import Testing

@Suite("Marts")
struct MartTests {
    private static func problems(sql: String) -> [String] {
        PipelinesTests.problems(Shop.bundle(sql: sql))
    }

    @Test("read the tables that their SQL names, and no others")
    func reads() throws {
        let sql = """
            -- fact_sale in a comment /* dim_date */
            /* dim_city /* nested */ dim_city */
            select 'dim_city', E'it\\'s dim_city', $$dim_city$$, $t$ dim_city $t$, date.year as "a "" b"
            from shop.FACT_sale as s join "dim_date" as date on date.date_key = s.day_key
            where s.period >= :period_start and s.period::date < :period_end
            """
        let pipeline = try Pipeline.parse(bundle: Shop.bundle(sql: sql))
        #expect(pipeline.mart("sales")?.reads == ["sale", "date"])
    }

    @Test("lose the semicolon and the comments behind their SQL")
    func query() throws {
        let sql = "select ';' from fact_sale where period = :period_start ; -- the end\n"
        let pipeline = try Pipeline.parse(bundle: Shop.bundle(sql: sql))
        #expect(
            pipeline.mart("sales")?.query
                == "select ';' from fact_sale where period = :period_start"
        )
    }

    @Test("without their file are told with the nearest one")
    func missingFile() {
        let bundle = Shop.bundle(replacing: "sql: marts/sales.sql", with: "sql: marts/sale.sql")
        #expect(
            PipelinesTests.problems(bundle) == [
                "pipeline.yaml:37:17: error: the pipeline's folder has no file `marts/sale.sql`; "
                    + "did you mean `marts/sales.sql`? [file.missing]"
            ]
        )
    }

    @Test(
        "cannot take their SQL from outside of the folder",
        arguments: ["../x.sql", "/x.sql", "a/../../x"]
    )
    func outside(path: String) {
        let bundle = Shop.bundle(replacing: "marts/sales.sql", with: path)
        #expect(diagnose(bundle).map(\.code) == [.fileUnreadable])
    }

    @Test(
        "with SQL that is no single query are told where in the file",
        arguments: [
            ("", "1:1: error: there is no SQL"),
            ("-- nothing\n", "1:1: error: there is no SQL"),
            ("\n  delete from fact_sale", "2:3: error: the SQL begins with `delete`"),
            ("select 1;\nselect 2", "2:1: error: the SQL goes on after `;`"),
            ("select\n 'abc", "2:2: error: a quote `'` is not closed"),
            ("select 1 /* abc", "1:10: error: a comment `/*` is not closed"),
            ("select $a$ abc $b$", "1:8: error: a string `$a$` is not closed"),
        ]
    )
    func badSQL(sql: String, expected: String) {
        let problems = Self.problems(sql: sql).filter { !$0.contains("warning") }
        #expect(problems == ["marts/sales.sql:\(expected) [sql.statement]"])
    }

    @Test("with a placeholder that stands for nothing are told where in the file")
    func placeholder() {
        #expect(
            Self.problems(sql: "select 1\nwhere x[1:n] and y = :period_stat") == [
                "marts/sales.sql:2:22: error: `:period_stat` stands for nothing; "
                    + "did you mean `:period_start`? [sql.placeholder]"
            ]
        )
    }

    @Test("computed whole have no period to ask for")
    func wholeWithPeriod() {
        let bundle = Shop.bundle(replacing: ", per: period", with: "")
        #expect(
            diagnose(bundle).map { "\($0.file) \($0.code)" } == [
                "marts/sales.sql periodMissing", "marts/sales.sql periodMissing",
            ]
        )
    }

    @Test("computed per period without asking for it are a warning")
    func periodUnasked() {
        #expect(
            Self.problems(sql: "select 1 from fact_sale") == [
                "pipeline.yaml:37:17: warning: the mart is computed per period, but its SQL has no "
                    + "`:period_start` [period.missing]"
            ]
        )
    }

    @Test("that declare what they read are believed, and warned of what they leave out")
    func declaredReads() throws {
        let bundle = Shop.bundle(
            replacing: ", per: period",
            with: ", per: period, reads: [customer]"
        )
        #expect(try Pipeline.parse(bundle: bundle).mart("sales")?.reads == ["customer"])
        #expect(
            PipelinesTests.problems(bundle) == [
                "pipeline.yaml:37:54: warning: `reads` leaves out what the SQL reads: `sale` [name.unknown]"
            ]
        )
    }

    @Test("that declare to read what is not there are told")
    func unknownReads() {
        let bundle = Shop.bundle(
            replacing: ", per: period",
            with: ", per: period, reads: [fact_sale, dat]"
        )
        let errors = diagnose(bundle).filter { $0.severity == .error }
        #expect(errors.map(\.suggestion) == ["sale", "date"])
    }

    @Test("that read each other in a circle are told")
    func circle() {
        var bundle = Shop.bundle(
            replacing: "per: period }",
            with: "per: period }\n  totals: { sql: marts/totals.sql }",
            sql: Shop.sql.replacing("from fact_sale", with: "from mart_totals")
        )
        bundle.files["marts/totals.sql"] = "select * from mart_sales"
        #expect(
            PipelinesTests.problems(bundle) == [
                "pipeline.yaml:38:18: error: these marts need each other in a circle: "
                    + "`sales` → `totals` → `sales` [table.cycle]"
            ]
        )
    }
}
