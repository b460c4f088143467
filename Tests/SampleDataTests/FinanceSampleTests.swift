import Foundation
import SampleData
import Testing

@Suite("the bank's files")
struct FinanceSampleTests {
    @Test("are the same bytes for the same seed, and others for another")
    func determinism() throws {
        func files(seed: UInt64) throws -> [String: Data] {
            var files: [String: Data] = [:]
            try withSample(seed: seed) { directory, sheet in
                for file in sheet.files.map(\.file) + [AnswerSheet.fileName] {
                    files[file] = try Data(contentsOf: URL(filePath: "\(directory)/\(file)"))
                }
            }
            return files
        }
        let first = try files(seed: 7)
        #expect(first.count == 33)
        #expect(first == (try files(seed: 7)))
        #expect(Set(first.values).isDisjoint(with: try files(seed: 8).values))
    }

    @Test("have a folder for each day, with the promised headers and volumes that vary")
    func folders() throws {
        let headers = [
            "customers":
                "customer_id,customer_name,customer_email,customer_age,annual_income,credit_score,"
                + "country,city",
            "accounts": "account_id,customer_id,account_type,risk_profile,opening_date",
            "transactions": "transaction_id,account_id,transaction_type,amount,transaction_date",
            "investments":
                "investment_id,account_id,investment_type,amount,sector,investment_date",
        ]
        try withSample { directory, sheet in
            for (stream, header) in headers {
                var volumes: Set<Int> = []
                for day in 1...8 {
                    let name = "2024-01-0\(day)/\(stream).csv"
                    let file = try ParsedFile(name, in: directory)
                    #expect(file.header.joined(separator: ",") == header)
                    volumes.insert(file.records.count)
                }
                #expect(volumes.count > 3, "\(stream)")
            }
            let read = sheet.files.filter { $0.file.hasSuffix("/transactions.csv") }.map(\.read)
            #expect((500...900).contains(read.reduce(0, +)))
        }
    }

    @Test("are linked by UUIDs: accounts by customers, movements by accounts of then or before")
    func links() throws {
        try withSample { directory, sheet in
            var customers: Set<String> = []
            var accounts: Set<String> = []
            for (file, rows) in try goodRows(directory, sheet) {
                for row in rows {
                    for (column, text) in row where column.hasSuffix("_id") {
                        #expect(Self.isUUID(text), "\(file): \(text)")
                    }
                    if row["customer_name"] != nil {
                        customers.insert(row["customer_id"] ?? "")
                    } else if let customer = row["customer_id"] {
                        #expect(customers.contains(customer))
                        #expect(accounts.insert(row["account_id"] ?? "").inserted)
                    } else {
                        #expect(accounts.contains(row["account_id"] ?? ""), "\(file)")
                    }
                }
            }
        }
    }

    @Test("have nothing wrong in good rows, and bad ones of every kind in transactions")
    func rows() throws {
        try withSample { directory, sheet in
            for row in try goodRows(directory, sheet).flatMap(\.rows) {
                if let age = row["customer_age"].flatMap({ Int($0) }) {
                    let income = Double(row["annual_income"] ?? "") ?? 0
                    let score = Int(row["credit_score"] ?? "") ?? 0
                    #expect((18...75).contains(age) && (300...850).contains(score))
                    #expect((20_000...500_000).contains(income))
                    let email = row["customer_email"] ?? ""
                    #expect(email.wholeMatch(of: /[a-z.]+\.\d+@example\.com/) != nil, "\(email)")
                } else if let amount = row["amount"] {
                    #expect(amount.wholeMatch(of: /[1-9]\d*\.\d\d/) != nil)
                }
            }
            #expect(Set(sheet.badRows.map(\.kind)).count == 10)
            #expect(sheet.badRows.allSatisfy { $0.file.hasSuffix("/transactions.csv") })
            for totals in sheet.files {
                let file = try ParsedFile(totals.file, in: directory)
                #expect(file.records.count == totals.read)
                #expect(totals.read == totals.loaded + totals.rejected + totals.deduplicated)
            }
        }
    }

    @Test("are refused with a reason when the parameters make no sense")
    func parameters() {
        #expect(throws: SampleDataError.self) { try FinanceSample(seed: 1, customers: 0) }
        #expect(throws: SampleDataError.self) { try FinanceSample(seed: 1, transactions: -1) }
        #expect(throws: SampleDataError.self) { try FinanceSample(seed: 1, days: 2_001) }
    }

    private static func isUUID(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
            != nil
    }

    private func withSample(
        seed: UInt64 = 7,
        _ body: (String, AnswerSheet) throws -> Void
    ) throws {
        try withDirectory { directory in
            try FinanceSample(
                seed: seed,
                customers: 15,
                transactions: 90,
                days: 8,
                bad: share("3%")
            )
            .write(to: directory)
            try body(directory, AnswerSheet(in: directory))
        }
    }

    /// The good rows of each file, in the order in which they are written.
    private func goodRows(
        _ directory: String,
        _ sheet: AnswerSheet
    ) throws -> [(file: String, rows: [[String: String]])] {
        try sheet.files.map { totals in
            let file = try ParsedFile(totals.file, in: directory)
            return (totals.file, file.goodRows(sheet, file: totals.file))
        }
    }
}
