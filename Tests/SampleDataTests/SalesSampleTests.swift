import Foundation
import SampleData
import Testing

@Suite("the shops' files")
struct SalesSampleTests {
    @Test("are the same bytes for the same seed, and others for another")
    func determinism() throws {
        func files(seed: UInt64) throws -> [String: Data] {
            var files: [String: Data] = [:]
            try withDirectory { directory in
                try SalesSample(seed: seed, months: 2, sales: 600, bad: share("5%"))
                    .write(to: directory)
                files = try contents(of: directory)
            }
            return files
        }
        let first = try files(seed: 7)
        #expect(first == (try files(seed: 7)))
        let other = try files(seed: 8)
        for name in ["sales_2024-01.csv.gz", "sales_2024-02.csv.gz", "customers.csv"] {
            #expect(first[name] != nil && first[name] != other[name])
        }
    }

    @Test("have bad rows of every kind, and as many rows as the sheet says")
    func badRows() throws {
        try withSample { directory, sheet in
            #expect(Set(sheet.badRows.map(\.kind)).count == 14)
            for totals in sheet.files {
                let file = try ParsedFile(totals.file, in: directory)
                #expect(file.records.count == totals.read, "\(totals.file)")
                #expect(totals.read == totals.loaded + totals.rejected + totals.deduplicated)
            }
            let sales = sheet.files.filter { $0.file.hasPrefix("sales_") }
            #expect(sales.map(\.read).reduce(0, +) == 4_200)
        }
    }

    @Test("have nothing wrong in any other row, and odd ones as often as the sheet says")
    func goodRows() throws {
        try withSample { directory, sheet in
            let customers = try keys("customers.csv", directory)
            let people = try keys("salespeople.csv", directory)
            let stores = try keys("stores.csv", directory)
            var off = 0
            var amounts: [String: [Int]] = [:]
            for row in try goodSales(directory, sheet) {
                #expect(customers.contains(row["customer_id"] ?? ""))
                #expect(people.contains(row["sales_person_id"] ?? ""))
                #expect(stores.contains(row["store_id"] ?? ""))
                let amount = try hundredths(row["amount"])
                let quantity = try #require(Int(row["quantity"] ?? ""))
                if amount != (try hundredths(row["unit_price"])) * quantity { off += 1 }
                amounts[row["customer_id"] ?? "", default: []].append(amount)
            }
            #expect(sheet.flagged == ["amount_is_off": off, "is_outlier": outliers(amounts)])
            #expect(off > 5 && outliers(amounts) > 5)
        }
    }

    @Test("add up: the tills' figures are those of the good and the spoiled sales")
    func totals() throws {
        try withSample { directory, sheet in
            for month in ["2024-01", "2024-02", "2024-03"] {
                let name = "sales_\(month).csv.gz"
                let told = try ParsedFile("totals_\(month).csv", in: directory)
                let figures = try #require(told.records.first?.texts)
                let repeated = ["duplicate_line", "same_sale_id_other_content"]
                let rows = try ParsedFile(name, in: directory)
                let again = sheet.badRows(of: name).values.count { repeated.contains($0.kind) }
                #expect(Int(figures[0]) == rows.records.count - again)
                let good = try rows.goodRows(sheet, file: name)
                    .map { try hundredths($0["amount"]) }.reduce(0, +)
                let revenue = try hundredths(figures[1])
                #expect(revenue > good && Double(revenue) < Double(good) * 1.1)
            }
        }
    }

    @Test("are refused with a reason when the parameters make no sense")
    func parameters() {
        #expect(throws: SampleDataError.self) { try SalesSample(seed: 1, months: 0) }
        #expect(throws: SampleDataError.self) { try SalesSample(seed: 1, months: 9, sales: 8) }
        #expect(throws: SampleDataError.self) { try SalesSample(seed: 1, customers: 1_000_000) }
    }

    private func withSample(_ body: (String, AnswerSheet) throws -> Void) throws {
        try withDirectory { directory in
            try SalesSample(seed: 7, months: 3, sales: 4_200, bad: share("2%")).write(to: directory)
            try body(directory, AnswerSheet(in: directory))
        }
    }

    private func goodSales(
        _ directory: String,
        _ sheet: AnswerSheet
    ) throws -> [[String: String]] {
        try sheet.files.map(\.file).filter { $0.hasPrefix("sales_") }
            .flatMap { try ParsedFile($0, in: directory).goodRows(sheet, file: $0) }
    }

    private func keys(_ file: String, _ directory: String) throws -> Set<String> {
        Set(try ParsedFile(file, in: directory).records.compactMap { $0.texts?.first })
    }

    private func hundredths(_ text: String?) throws -> Int {
        try #require(Int((text ?? "").replacing(".", with: "")))
    }

    /// More than five times the median, of customers with five purchases at least.
    private func outliers(_ amounts: [String: [Int]]) -> Int {
        amounts.values.filter { $0.count >= 5 }
            .map { theirs in
                let median = theirs.sorted()[(theirs.count - 1) / 2]
                return theirs.count { $0 > 5 * median }
            }
            .reduce(0, +)
    }
}
