import Foundation
import TestSupport
import Testing

/// What the built binary says of things that people have taken away or changed by hand.
@Suite("A warehouse that people have changed by hand", .serialized)
struct TakenAwayTests {
    private static let definition = """
        pipeline: shop
        period: { grain: month, start: 2024-01, end: 2024-01 }
        sources:
          drops: { files: "${DATA_DIR}" }
        dimensions:
          customer:
            from: { source: drops, csv: customers.csv }
            key: id
            columns:
              id: { type: text, required: true }
              segment: { type: text, scd: 2 }
        facts:
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_on
            grain: [id]
            columns:
              id: { type: text, required: true }
              sold_on: { type: date, required: true }
              customer: { references: customer, from: customer }
              amount: { type: "decimal(12,2)" }

        """

    private func harbour() async throws -> Harbour {
        let harbour = try await Harbour.open()
        let files = [
            "pipeline.yaml": Self.definition, "customers.csv": "id,segment\nc1,a\nc2,b\n",
            "sales_2024-01.csv":
                "id,sold_on,customer,amount\ns1,2024-01-05,c1,10.50\ns2,2024-01-06,c2,7\n",
        ]
        for (name, text) in files { try write(text, name, in: harbour) }
        let first = try await harbour.program.run("load", ".", "--workers", "1")
        #expect(first.exitCode == 0, "\(first.errors)")
        return harbour
    }

    private func write(_ text: String, _ name: String, in harbour: Harbour) throws {
        try text.write(toFile: harbour.data + "/" + name, atomically: true, encoding: .utf8)
    }

    private let sales = """
        select s.id, c.id, c.segment, amount from shop.fact_sale s
        left join shop.dim_customer c using (customer_key) order by 1
        """

    @Test(
        "a plain load says what is gone and brings it back",
        arguments: ["table shop.dim_customer", "schema shop"]
    )
    func gone(what: String) async throws {
        let harbour = try await harbour()
        let before = try await harbour.ask(sales)
        _ = try await harbour.ask("drop \(what) cascade")
        let periods = try await harbour.program.run("periods", "shop")
        #expect(periods.output.contains("stale"), "\(periods.output)")
        let plan = try await harbour.program.run("plan", ".")
        #expect(plan.exitCode == 0, "\(plan.errors)")
        #expect(
            plan.output.contains("noticed: `dim_customer`: its table is gone"),
            "\(plan.output)"
        )
        let load = try await harbour.program.run("load", ".", "--workers", "1")
        #expect(load.exitCode == 0, "\(load.errors)")
        #expect(
            load.errors.contains("noticed: `dim_customer`: its table is gone"),
            "\(load.errors)"
        )
        #expect(load.errors.contains("noticed: `fact_sale` 2024-01"), "\(load.errors)")
        #expect(try await harbour.ask(sales) == before)
        let again = try await harbour.program.run("load", ".", "--workers", "1")
        #expect(again.output.contains("Nothing is due"), "\(again.output)")
        #expect(!again.errors.contains("noticed"), "\(again.errors)")
    }

    @Test("a plan refuses what a load refuses, in the same words and with the same exit code")
    func refusals() async throws {
        let harbour = try await harbour()
        func expectTheSame(_ words: String, _ arguments: String...) async throws {
            let plan = try await harbour.program.start(["plan", "."] + arguments).finish()
            let load = try await harbour.program.start(["load", ".", "--workers", "1"] + arguments)
                .finish()
            #expect(plan.errors.contains(words), "\(plan.errors)")
            #expect(plan.errors == load.errors)
            #expect(plan.exitCode == load.exitCode)
            #expect(plan.exitCode != 0)
        }
        try await expectTheSame("is not a period of the pipeline", "--periods", "2025-01")
        let close = try await harbour.program.run("periods", "close", "shop", "2024-01")
        #expect(close.exitCode == 0, "\(close.errors)")
        try await expectTheSame("is closed", "--periods", "2024-01")
        _ = try await harbour.program.run("periods", "reopen", "shop", "2024-01")
        let integer = Self.definition.replacing("\"decimal(12,2)\"", with: "integer")
        try write(integer, "pipeline.yaml", in: harbour)
        try await expectTheSame("the definition says `bigint`", "--periods", "2024-01")
        let whole = Self.definition.replacing("sales_{period}.csv", with: "sales_2024-01.csv")
        try write(whole, "pipeline.yaml", in: harbour)
        try await expectTheSame("names the same file for each", "--periods", "2024-01")
    }
}
