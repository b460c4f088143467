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

    private static let queries: [(String, [String])] = [
        ("with dim_date as (select 1) select * from dim_date, fact_sale", ["sale"]),
        ("with fact_sale as (select * from fact_sale) select * from fact_sale", ["sale"]),
        (
            "with recursive fact_sale as (select 1 union select * from fact_sale) table fact_sale",
            []
        ),
        (
            "with a (x, y) as not materialized (select 1, 2), \"dim_city\" as (select * from a) "
                + "select * from dim_city join dim_date on true",
            ["date"]
        ),
        (
            "select * from (with dim_city as (select 1) select * from dim_city) x, dim_city",
            ["city"]
        ),
        ("select 1 as dim_city, dim_date.x from fact_sale dim_date", ["sale"]),
        ("select * from \"shop\".\"fact_sale\" as \"dim_city\"", ["sale"]),
        ("select * from other.fact_sale, public.dim_city, SHOP.dim_date", ["date"]),
        ("select extract(year from dim_date), trim(both from dim_city) from fact_sale", ["sale"]),
        ("select 1 from fact_sale where x is distinct from dim_city", ["sale"]),
        (
            "select 1 from (fact_sale cross join dim_date) a, only dim_city",
            ["sale", "date", "city"]
        ),
        (
            "select (select max(x) from dim_city) from fact_sale order by dim_date",
            ["city", "sale"]
        ),
        (
            "select 1 from unnest(a) with ordinality t(a, b), fact_sale f (x, y), dim_date",
            ["sale", "date"]
        ),
        (
            "select 1 from fact_sale, lateral (select * from dim_city where a = b) c",
            ["sale", "city"]
        ),
        ("select 1 union all table fact_sale", ["sale"]),
        ("select 1 from dim_city(1), dim_date group by fact_sale, fact_sale", ["date"]),
        ("select exists (select from fact_sale), dim_date from dim_city", ["sale", "city"]),
    ]

    @Test(
        "are not confused by CTEs, aliases, columns, functions and other schemas",
        arguments: queries
    )
    func tables(sql: String, expected: [String]) throws {
        let bundle = Shop.bundle(replacing: ", per: period", with: "", sql: sql)
        #expect(try Pipeline.parse(bundle: bundle).mart("sales")?.reads == expected)
    }

    @Test("may call a column or a CTE like themselves")
    func ownName() throws {
        let sql =
            "with mart_sales as (select 1 as mart_sales from fact_sale) select * from mart_sales"
        let bundle = Shop.bundle(replacing: ", per: period", with: "", sql: sql)
        #expect(try Pipeline.parse(bundle: bundle).mart("sales")?.reads == ["sale"])
        let circle = Shop.bundle(
            replacing: ", per: period",
            with: "",
            sql: "select * from mart_sales"
        )
        #expect(diagnose(circle).map(\.code) == [.cycle])
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
        arguments: ["../x.sql", "/x.sql", "a/../../x", "../\u{301}x.sql", "/\u{301}x.sql"]
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

    @Test("are computed after what their tests read")
    func testReads() throws {
        var bundle = Shop.bundle(
            replacing: "per: period }",
            with: "per: period, tests: [{ sql: tests/a.sql }] }"
        )
        bundle.files["tests/a.sql"] = "select * from mart_sales join dim_date using (date_key)"
        let mart = try Pipeline.parse(bundle: bundle).mart("sales")
        #expect(mart?.reads == ["sale", "date"])
        #expect(
            mart?.tests
                == [MartTest(.query(bundle.files["tests/a.sql"] ?? "", path: "tests/a.sql"))]
        )
    }

    @Test(
        "with a test that is none are told",
        arguments: [
            ("[{ unqiue: a }]", ["key.unknown", "key.missing"]),
            ("[{ unique: a, not_null: a }]", ["key.conflict"]),
            ("[{ accepted_range: { column: a } }]", ["key.missing"]),
            ("[{ accepted_values: { column: a, values: [] } }]", ["value.missing"]),
            ("[{ unique: a, severity: loud }]", ["value.malformed"]),
            ("[{ sql: nowhere.sql }]", ["file.missing"]),
            ("[]", ["value.missing"]),
        ]
    )
    func badTests(tests: String, codes: [String]) {
        let bundle = Shop.bundle(
            replacing: "per: period }",
            with: "per: period, tests: \(tests) }"
        )
        #expect(Set(diagnose(bundle).map(\.code.rawValue)) == Set(codes))
    }
}
