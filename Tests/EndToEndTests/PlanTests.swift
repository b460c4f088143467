import Foundation
import TestSupport
import Testing

/// `longshore plan --effects` and `longshore load --plan`, by the built binary.
@Suite("Planning a load", .serialized)
struct PlanTests {
    private static let definition = """
        pipeline: shop
        period: { grain: month, start: 2024-01 }
        sources:
          drops: { files: "${DATA_DIR}" }
        dimensions:
          customer:
            from: { source: drops, csv: customers.csv }
            key: customer_id
            columns:
              customer_id: { type: text, required: true }
              name: { type: text }
              segment: { type: text, scd: 2 }
          day: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
        facts:
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_on
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              sold_on: { type: date, required: true }
              customer: { references: customer, from: customer_id, missing: infer }
              day: { references: day, from: sold_on }
              pieces: { type: integer, min: 1 }
              amount: { type: "decimal(12,2)", required: true }
            expect: { rows: { max: 3, severity: warn } }
        marts:
          month: { sql: month.sql, per: period }

        """

    private static let files = [
        "pipeline.yaml": definition,
        "month.sql": """
        select count(*) as sales, sum(amount) as amount from fact_sale
        where period >= :period_start and period < :period_end
        """,
        "customers.csv": "customer_id,name,segment\nc1,Ana,a\nc2,Bo,b\n",
        "sales_2024-01.csv": """
        sale_id,sold_on,customer_id,pieces,amount
        s1,2024-01-05,c1,1,1000.00
        s2,2024-01-06,c2,2,20.50
        s3,2024-01-31,c1,1,5.25

        """,
        "sales_2024-02.csv": """
        sale_id,sold_on,customer_id,pieces,amount
        s4,2024-02-01,c2,1,7.00

        """,
    ]

    private func harbour() async throws -> Harbour {
        let harbour = try await Harbour.open()
        for (name, text) in Self.files { try write(text, name, in: harbour) }
        return harbour
    }

    private func write(_ text: String, _ name: String, in harbour: Harbour) throws {
        try text.write(toFile: harbour.data + "/" + name, atomically: true, encoding: .utf8)
    }

    /// The hash that a plan shows.
    private func hash(in output: String) throws -> String {
        let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("plan ") })
        return String(line.dropFirst(5).prefix(12))
    }

    @Test("the effects of a reload are read at a glance, and the plan's hash loads just that")
    func effects() async throws {
        let harbour = try await harbour()
        let program = harbour.program
        let first = try await program.run("load", ".", "--periods", "2024-01", "--workers", "1")
        #expect(first.exitCode == 0, "\(first.errors)")
        try write(
            "customer_id,name,segment\nc1,Anna,a\nc2,Bo,c\nc3,Cy,a\n",
            "customers.csv",
            in: harbour
        )
        try write(
            Self.files["sales_2024-01.csv"]! + "s5,2024-01-07,c9,1,100\ns6,2024-01-08,c1,0,1\n",
            "sales_2024-01.csv",
            in: harbour
        )

        let plan = try await program.run("plan", ".", "--effects", "--periods", "2024-01..2024-03")
        #expect(plan.exitCode == 1, "\(plan.errors)")
        let hash = try hash(in: plan.output)
        #expect(
            plan.output.replacing(hash, with: "0123456789ab")
                .replacing(Program.path, with: "longshore") == """
                    shop: what a load of 2024-01..2024-03 (3 periods) would do

                       dimension     new  changed  versions  expired  completed  inferred  rejected
                    ~  dim_customer    1        1         1        ·          ·         1         ·
                       dim_day         ·        ·         ·        ·          ·         ·         ·

                       fact       period                 before     after   change
                    ~  fact_sale  2024-01  rows               3         4       +1
                                           pieces             4         5       +1
                                           amount      1,025.75  1,125.75  +100.00
                    +  fact_sale  2024-02  rows               0         1       +1
                                           pieces             0         1       +1
                                           amount             0      7.00    +7.00
                    !  fact_sale  2024-03  would fail

                       mart        period                  before  after  change
                    ~  mart_month  2024-01  rows                1      1       ·
                    +  mart_month  2024-02  rows                0      1      +1
                    -  mart_month  2024-03  would not run

                    would be replaced: fact_sale 2024-01: 3 rows
                    would be rejected: fact_sale 2024-01: min 1
                    would warn: fact_sale 2024-01: 1 of 5 rows were rejected, more than 10 % (min 1)
                    would warn: fact_sale 2024-01: 4 rows, expected at most 3
                    would fail: fact_sale 2024-03: no file matches `sales_2024-03.csv` in `${DATA_DIR}`; nearest there: `sales_2024-01.csv`, `sales_2024-02.csv` [source.missing]
                    would not run, for they need what fails: mart_month 2024-03

                    8 tasks: 6 would be done, 1 would fail, 1 would not run; nothing has been changed

                    plan 0123456789ab: covers the definition, the periods, 4 files and the ledger's state
                    load it with: longshore load . --plan 0123456789ab

                    """
        )
        let loaded = try await program.run("load", ".", "--plan", hash, "--workers", "1")
        #expect(loaded.exitCode == 1, "\(loaded.errors)")
        #expect(
            try await harbour.ask(
                "select period, count(*), sum(amount) as sum from shop.fact_sale group by 1 order by 1"
            ) == ["2024-01-01|4|1125.75", "2024-02-01|1|7.00"]
        )
    }

    @Test("a plan whose input moved is refused, saying which file; nothing is written")
    func moved() async throws {
        let harbour = try await harbour()
        let program = harbour.program
        let plan = try await program.run("plan", ".", "--periods", "2024-01..2024-02")
        #expect(plan.exitCode == 0, "\(plan.errors)")
        let hash = try hash(in: plan.output)
        try write("sale_id,sold_on,customer_id,pieces,amount\n", "sales_2024-02.csv", in: harbour)
        let refused = try await program.run("load", ".", "--plan", hash)
        #expect(refused.exitCode == 2)
        #expect(
            refused.errors.contains("    the file `drops/sales_2024-02.csv`: was "),
            "\(refused.errors)"
        )
        #expect(try await harbour.ask("select count(*) from longshore.load") == ["0"])

        try write(Self.files["sales_2024-02.csv"]!, "sales_2024-02.csv", in: harbour)
        let loaded = try await program.run("load", ".", "--plan", hash, "--workers", "1")
        #expect(loaded.exitCode == 0, "\(loaded.errors)")
        #expect(
            try await harbour.ask("select periods::text from longshore.load") == [
                "{2024-01,2024-02}"
            ]
        )
        let again = try await program.run("load", ".", "--plan", hash)
        #expect(again.exitCode == 2)
        #expect(
            again.errors.contains(
                "    `fact_sale 2024-01`: was pending, is loaded by load 1, revision 1\n"
            ),
            "\(again.errors)"
        )
        let short = try await program.run("load", ".", "--plan", "1234567")
        #expect(short.exitCode == 64)
    }

    @Test("plan --json is the same object when nothing is due")
    func nothingForMachines() async throws {
        let harbour = try await harbour()
        let plan = try await harbour.program.run("plan", ".", "--stale", "--json")
        #expect(plan.exitCode == 0, "\(plan.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(plan.output.utf8))
        let object = try #require(json as? [String: Any])
        for key in ["parts", "uncovered", "tasks", "notes"] {
            #expect((object[key] as? [Any])?.isEmpty == true, "\(key): \(plan.output)")
        }
        for key in ["plan", "command", "effects"] {
            #expect(object[key] is NSNull, "\(key): \(plan.output)")
        }
    }

    @Test("effects for machines are one JSON object; a rehearsal that is killed leaves nothing")
    func machines() async throws {
        let harbour = try await harbour()
        let program = harbour.program
        let plan = try await program.run("plan", ".", "--effects", "--periods", "2024-01", "--json")
        #expect(plan.exitCode == 0, "\(plan.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(plan.output.utf8))
        let object = try #require(json as? [String: Any])
        #expect((object["plan"] as? String)?.count == 64)
        let effects = try #require(object["effects"] as? [String: Any])
        #expect((effects["tasks"] as? [Any])?.count == 4)
        #expect(try await harbour.ask("select to_regnamespace('shop') is null") == ["t"])

        let slow = Self.definition
            .replacing(
                "from: { source: drops, csv: \"sales_{period}.csv\" }",
                with:
                    "from: { source: db, query: \"select pg_sleep(600) where :period_start < :period_end\" }"
            )
            .replacing(
                "sources:",
                with: "sources:\n  db: { postgres: \"${SOURCE_URL}\" }"
            )
        try write(slow, "pipeline.yaml", in: harbour)
        let running = try program.start(["plan", ".", "--effects", "--periods", "2024-01"])
        await eventually(within: .seconds(60), "the rehearsal waits for its source") {
            try await harbour.ask(
                "select count(*) from pg_stat_activity where query like 'copy (select pg_sleep%' "
                    + "and datname = current_database()"
            ) == ["1"]
        }
        running.signal(SIGKILL)
        _ = try await running.finish()
        await eventually(within: .seconds(30), "the killed rehearsal holds no lock") {
            try await harbour.ask(
                """
                select count(*) from pg_locks l join pg_stat_activity a using (pid)
                where l.relation = 'longshore.lock'::regclass and a.datname = current_database()
                """
            ) == ["0"]
        }
        #expect(try await harbour.ask("select to_regnamespace('shop') is null") == ["t"])
        #expect(try await harbour.ask("select count(*) from longshore.task") == ["0"])
    }
}
