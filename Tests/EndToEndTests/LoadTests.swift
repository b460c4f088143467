import Foundation
import Testing

/// Loads of the examples by the built binary on real servers.
@Suite("Loading the examples", .serialized)
struct LoadTests {
    @Test("loading the months twice gives identical tables, and the second load replaces")
    func twiceIsOnce() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 3, calls: 6_000)
        let pipeline = Harbour.pipeline("callcenter")
        let periods = "2024-01..2024-03"
        let first = try await harbour.program.run(
            "load",
            pipeline,
            "--periods",
            periods,
            "--workers",
            "2"
        )
        #expect(first.exitCode == 0, "\(first.errors)")
        let tables = try await harbour.checksums("callcenter")
        let meaning = try await harbour.meaningOfCalls()
        #expect(tables["fact_call"]?.hasPrefix("0|") == false)

        let second = try await harbour.program.run(
            "load",
            pipeline,
            "--periods",
            periods,
            "--workers",
            "2"
        )
        #expect(second.exitCode == 0, "\(second.errors)")
        #expect(try await harbour.checksums("callcenter") == tables)
        #expect(try await harbour.meaningOfCalls() == meaning)
        let replaced = try await harbour.ask(
            """
            select sum(rows_loaded) = sum(rows_replaced) from longshore.task
            where load_id = 2 and kind = 'fact'
            """
        )
        #expect(replaced == ["t"])
    }

    @Test("facts begin only after every dimension of their load has committed")
    func factsAfterDimensions() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 2, calls: 1_000)
        let run = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01..2024-02",
            "--workers",
            "4"
        )
        #expect(run.exitCode == 0, "\(run.errors)")
        let order = try await harbour.ask(
            """
            select (select min(started_at) from longshore.task where kind = 'fact')
                > (select max(committed_at) from longshore.task where kind = 'dimension'),
                (select min(started_at) from longshore.task where kind = 'mart')
                > (select min(committed_at) from longshore.task where kind = 'fact')
            """
        )
        #expect(order == ["t|t"])
    }

    @Test("every generated bad row is a reject with its rule and line, and nothing else is")
    func rejectsMatchTheAnswerSheet() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 2, calls: 4_000, bad: "2%")
        let run = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01..2024-02",
            "--workers",
            "2"
        )
        #expect(run.exitCode == 0, "\(run.errors)")
        try await harbour.expectRejects(table: "fact_call")
    }

    @Test("invoices become their star, and every bad line is a reject")
    func invoices() async throws {
        let harbour = try await Harbour.open()
        let generated = try await harbour.program.run(
            "generate",
            "invoices",
            "--seed",
            "7",
            "--rows",
            "3000",
            "--bad",
            "2%",
            "--output",
            harbour.data
        )
        #expect(generated.exitCode == 0, "\(generated.errors)")
        let run = try await harbour.program.run(
            "load",
            Harbour.pipeline("invoices"),
            "--workers",
            "2"
        )
        #expect(run.exitCode == 0, "\(run.errors)")
        try await harbour.expectRejects(table: "fact_invoice")
        let states = try await harbour.ask(
            "select string_agg(status, ' ' order by status) from invoices.dim_status"
        )
        #expect(states == ["CANCELLED PAID PENDING"])
    }

    @Test("a missing invoice id is allowed when the parameter says so")
    func parameters() async throws {
        let harbour = try await Harbour.open()
        let good = (1...30).map { "F\($0),2024-01-02,C1,Ana,Paper,paid,10.00" }
        let lines =
            ["invoice_id,issue_date,customer_id,customer_name,item_description,status,total"]
            + good + [",2024-01-03,C1,Ana,Ink,Pending,5.50"]
        try lines.joined(separator: "\n")
            .write(
                toFile: harbour.data + "/invoices.csv",
                atomically: true,
                encoding: .utf8
            )
        let strict = try await harbour.program.run(
            "load",
            Harbour.pipeline("invoices"),
            "--workers",
            "1"
        )
        #expect(strict.exitCode == 0, "\(strict.errors)")
        #expect(try await harbour.ask("select count(*) from invoices.fact_invoice") == ["30"])
        let lenient = try await harbour.program.run(
            "load",
            Harbour.pipeline("invoices"),
            "--workers",
            "1",
            "--set",
            "require_invoice_id=false"
        )
        #expect(lenient.exitCode == 0, "\(lenient.errors)")
        #expect(try await harbour.ask("select count(*) from invoices.fact_invoice") == ["31"])
    }
}
