import Foundation
import Loopback
import TestSupport
import Testing

/// The examples that read from an object store, beside an independent computation of their marts:
/// `Oracle/sales.py` and `Oracle/finance.py`.
@Suite("The marts of the examples", .serialized)
struct ExampleMartTests {
    @Test(
        "of more than 4,000 sales, corner cases among them: no row differs, nor when loaded again"
    )
    func sales() async throws {
        let harbour = try await Harbour.open()
        let store = try S3Double(region: "us-east-1", pageSize: 10)
        let sample = "--months 14 --sales 4200 --bad 1%".components(separatedBy: " ")
        try await harbour.generate("sales", sample)
        _ = try await harbour.oracle("sales.py", "corners")
        try harbour.upload(to: store, folder: "exports")
        let program = harbour.program(reading: store)
        try await program.load("sales", periods: "2024-01..2025-02")
        let count = try await harbour.ask("select count(*) from sales.fact_sale")
        #expect(try #require(Int(count[0])) > 4_000)
        try await harbour.expectRejects(table: "fact_sale")
        for (mart, columns) in Self.salesMarts {
            try await harbour.expectOracle("sales.py", "sales", mart, columns)
        }
        let marts = try await harbour.checksums("sales")
        try await program.load("sales", periods: "2024-06")
        #expect(try await harbour.checksums("sales") == marts)
    }

    @Test("of a bank's days: no row differs, nor when days are loaded again")
    func finance() async throws {
        let harbour = try await Harbour.open()
        let store = try S3Double(region: "us-east-1", pageSize: 10)
        let sample = "--customers 40 --transactions 120 --days 12 --bad 2%"
            .components(separatedBy: " ")
        try await harbour.generate("finance", sample)
        try harbour.upload(to: store, folder: "financial_data")
        let program = harbour.program(reading: store)
        try await program.load("finance", periods: "2024-01-01..2024-01-12")
        try await harbour.expectRejects(table: "fact_transaction")
        for (mart, columns) in Self.financeMarts {
            try await harbour.expectOracle("finance.py", "finance", mart, columns)
        }
        let marts = try await harbour.checksums("finance")
        try await program.load("finance", periods: "2024-01-03..2024-01-04")
        #expect(try await harbour.checksums("finance") == marts)
    }

    @Test("stay as they are when an object, its columns, its rows or its figures are not right")
    func stages() async throws {
        let harbour = try await Harbour.open()
        let store = try S3Double(region: "us-east-1")
        for (name, text) in SmallShop.objects { store.put("exports/" + name, text.utf8) }
        let program = harbour.program(reading: store)
        try await program.load("sales", periods: "2024-01..2024-02")
        let before = try await harbour.checksums("sales")
        for fault in SmallShop.faults {
            let key = "exports/" + fault.object
            let good = store.objects[key]?.bytes ?? []
            if let bytes = fault.bytes { store.put(key, bytes) } else { store.remove(key) }
            let run = try await program.run(
                "load",
                Harbour.pipeline("sales"),
                "--periods",
                "2024-02",
                "--workers",
                "2"
            )
            let told = run.output + run.errors
            #expect(run.exitCode != 0 && told.contains("[\(fault.code)]"), "\(fault.code): \(told)")
            store.put(key, good)
            if fault.code == "warehouse.mart_test" {
                let marts = try await harbour.checksums("sales").filter { $0.key.contains("mart_") }
                #expect(marts == before.filter { $0.key.contains("mart_") } && !marts.isEmpty)
                try await program.load("sales", periods: "2024-02")
            }
            #expect(try await harbour.checksums("sales") == before, "\(fault.code)")
        }
    }

    /// The columns of each mart as the oracle prints them.
    private static let salesMarts = [
        (
            "customers",
            """
            customer_id, full_name, address, phone_number, sales_date_month, total_sales,
            customer_lifetime_value, first_purchase_month, last_purchase_month, purchase_frequency,
            monetary_value, avg_monthly_spending, max_single_transaction,
            round(avg_time_between_purchases, 6) as gap, inactive_status, customer_segment
            """
        ),
        (
            "sales_team",
            """
            store_id, sales_person_id, full_name, sales_month, total_sales, avg_sales_per_month,
            incentive, round(sales_growth_rate, 6) as growth, top_performance_rank,
            year_to_date_sales,
            month_over_month_variance, first_sale_month, last_sale_month, total_transactions,
            avg_transaction_value, max_single_transaction,
            round(sales_contribution_percentage, 6) as share
            """
        ),
        (
            "anomalies",
            """
            sale_id, sold_on, store_id, sales_person_id, customer_id, quantity, unit_price, amount,
            expected_amount, usual_amount, amount_is_off, is_outlier
            """
        ),
    ]

    private static let financeMarts = [
        (
            "money_moved",
            """
            period, transaction_type, transactions, customers, amount, average_amount,
            largest_amount, share_of_day
            """
        ),
        (
            "money_invested",
            """
            period, investment_type, risk_profile, investments, customers, amount, average_amount,
            share_of_type
            """
        ),
        (
            "wealth",
            """
            customer_id, customer_name, country, credit_score, annual_income, day, cash, invested,
            wealth, share_of_income
            """
        ),
    ]
}

extension Program {
    /// Loads periods of an example, which must succeed.
    fileprivate func load(_ pipeline: String, periods: String) async throws {
        let run = try await run(
            "load",
            Harbour.pipeline(pipeline),
            "--periods",
            periods,
            "--workers",
            "2"
        )
        #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
    }
}

extension Harbour {
    /// The program with the examples' variables for a store.
    fileprivate func program(reading store: S3Double) -> Program {
        program.with([
            "SALES_BUCKET": S3Double.bucket, "FINANCE_BUCKET": S3Double.bucket, "S3_URL": store.url,
            "AWS_ACCESS_KEY_ID": S3Double.accessKey, "AWS_SECRET_ACCESS_KEY": S3Double.secretKey,
            "AWS_SESSION_TOKEN": S3Double.sessionToken,
        ])
    }

    /// Generates a sample's files.
    func generate(_ sample: String, _ arguments: [String]) async throws {
        let run = try await program.start(["generate", sample, "--output", data] + arguments)
            .finish()
        guard run.exitCode == 0 else { throw HarbourError(what: run.errors) }
    }

    /// Puts every file of the folder into a store.
    fileprivate func upload(to store: S3Double, folder: String) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: data) {
            let path = "\(data)/\(name)"
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            store.put("\(folder)/\(name)", bytes)
        }
    }

    /// Runs an oracle on the folder, and gives the lines that it prints.
    func oracle(_ script: String, _ what: String) async throws -> [String] {
        let run = try await RunningProgram(
            "python3",
            [
                "-B", TestStack.packageDirectory + "/Tests/EndToEndTests/Oracle/" + script, what,
                data,
            ],
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin",
                "PYTHONIOENCODING": "utf-8",
            ],
            folder: data
        )
        .finish()
        guard run.exitCode == 0 else { throw HarbourError(what: "\(script): \(run.errors)") }
        return run.output.split(separator: "\n").map(String.init)
    }

    /// Compares a mart with what its oracle prints, row by row.
    fileprivate func expectOracle(
        _ script: String,
        _ schema: String,
        _ mart: String,
        _ columns: String
    ) async throws {
        let expected = try await oracle(script, mart)
        let found = try await ask("select \(columns) from \(schema).mart_\(mart)")
        #expect(!expected.isEmpty && found.count == expected.count, "\(mart)")
        #expect(Set(found).subtracting(expected).sorted().prefix(5) == [], "only in \(mart)")
        #expect(Set(expected).subtracting(found).sorted().prefix(5) == [], "not in \(mart)")
    }
}

/// Two months of very few sales, and the ways in which the second can be wrong.
private enum SmallShop {
    /// Something wrong with one object, and the code by which it is told.
    struct Fault {
        let object: String
        /// What the object holds; `nil` when it is gone.
        let bytes: [UInt8]?
        let code: String

        init(_ code: String, _ object: String, _ bytes: [UInt8]?) {
            self.object = object
            self.bytes = bytes
            self.code = code
        }
    }

    static let header =
        "sale_id,sold_on,store_id,sales_person_id,customer_id,product,quantity,unit_price,amount\n"
    static let january = header + "V1,2024-01-05,S01,P0001,C000001,Lamp,2,10.00,20.00\n"
    static let february =
        header
        + "V2,2024-02-05,S01,P0001,C000001,Lamp,1,10.00,10.00\n"
        + "V3,2024-02-29,S01,P0001,C000001,Lamp,3,10.00,30.00\n"

    static let objects = [
        "customers.csv":
            "customer_id,full_name,address,phone_number\nC000001,Ana,Calle 1,3001234567\n",
        "salespeople.csv": "sales_person_id,full_name,hired_on\nP0001,Luz,2020-01-01\n",
        "stores.csv": "store_id,name,city\nS01,Centro,Cali\n",
        "sales_2024-01.csv.gz": january, "totals_2024-01.csv": "sales,revenue\n1,20.00\n",
        "sales_2024-02.csv.gz": february, "totals_2024-02.csv": "sales,revenue\n2,40.00\n",
    ]

    static let faults = [
        Fault("source.missing", "sales_2024-02.csv.gz", nil),
        // The first bytes of what gzip writes.
        Fault("source.gzip", "sales_2024-02.csv.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b]),
        spoiled("source.columns", "unit_price", "price"),
        Fault("warehouse.row_count", "sales_2024-02.csv.gz", Array(header.utf8)),
        spoiled("warehouse.reject_share", "3,10.00", "0,10.00"),
        spoiled("warehouse.reject_share", "S01,P0001,C000001,Lamp,3", "S02,P0001,C000001,Lamp,3"),
        Fault("warehouse.control_total", "totals_2024-02.csv", Array("sales,revenue\n2,50\n".utf8)),
        // The sale of January once more.
        spoiled("warehouse.mart_test", "V2", "V1"),
        Fault(
            "warehouse.reject_share",
            "customers.csv",
            Array("customer_id,full_name,address,phone_number\nC000001,Ana,,\nAna,Bo,,\n".utf8)
        ),
    ]

    /// February's sales with another text in place of one.
    private static func spoiled(_ code: String, _ old: String, _ new: String) -> Fault {
        Fault(code, "sales_2024-02.csv.gz", Array(february.replacing(old, with: new).utf8))
    }
}
