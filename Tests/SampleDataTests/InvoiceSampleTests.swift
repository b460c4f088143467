import Foundation
import SampleData
import Testing

@Suite("the invoices' file")
struct InvoiceSampleTests {
    @Test("is the same bytes for the same seed, and others for another")
    func determinism() throws {
        func files(seed: UInt64) throws -> [String: Data] {
            var files: [String: Data] = [:]
            try withDirectory { directory in
                try InvoiceSample(seed: seed, rows: 300, bad: share("3%")).write(to: directory)
                files = try contents(of: directory)
            }
            return files
        }
        let first = try files(seed: 7)
        #expect(Set(first.keys) == ["invoices.csv", "expected.json"])
        #expect(first == (try files(seed: 7)))
        #expect(first["invoices.csv"] != (try files(seed: 8))["invoices.csv"])
    }

    @Test("has bad rows of every kind, each wrong exactly as the sheet says")
    func badRows() throws {
        try withSample(rows: 3_000) { file, sheet in
            let bad = sheet.badRows(of: "invoices.csv")
            #expect(bad.count == 60)
            #expect(Set(bad.values.map(\.kind)).count == 7)
            var previous: ParsedFile.Record?
            for record in file.records {
                guard let row = bad[record.line] else {
                    previous = record
                    continue
                }
                let good = try #require(previous)
                #expect(isWrong(record, after: good, as: row.kind))
            }
        }
    }

    @Test("has nothing wrong in any other row")
    func goodRows() throws {
        try withSample(rows: 3_000) { file, sheet in
            #expect(
                file.header.joined(separator: ",")
                    == "invoice_id,issue_date,customer_id,customer_name,item_description,status,total"
            )
            let rows = file.goodRows(sheet, file: "invoices.csv")
            let totals = try #require(sheet.files.first)
            #expect(file.records.count == 3_000 && totals.read == 3_000)
            #expect(rows.count == totals.loaded)
            #expect(totals.read == totals.loaded + totals.rejected + totals.deduplicated)
            for row in rows {
                #expect(row["issue_date"]?.wholeMatch(of: /2024-[01]\d-[0-3]\d/) != nil)
                #expect(row["total"]?.wholeMatch(of: /\d{1,10}\.\d\d/) != nil)
                #expect(["PAID", "PENDING", "CANCELLED"].contains(tidy(row["status"])))
            }
        }
    }

    @Test("has invoices of several lines with distinct items, one customer, date and status each")
    func invoices() throws {
        try withSample(rows: 3_000) { file, sheet in
            let rows = file.goodRows(sheet, file: "invoices.csv")
            let invoices = Dictionary(grouping: rows) { $0["invoice_id"] ?? "" }
            #expect(invoices.count > 500 && invoices.values.contains { $0.count > 4 })
            for lines in invoices.values {
                #expect(Set(lines.map { $0["item_description"] }).count == lines.count)
                #expect(Set(lines.map { $0["customer_id"] }).count == 1)
                #expect(Set(lines.map { $0["issue_date"] }).count == 1)
                #expect(Set(lines.map { tidy($0["status"]) }).count == 1)
            }
            let statuses = Set(rows.map { $0["status"] ?? "" })
            #expect(statuses.isSuperset(of: ["PAID", "paid", "  PAID", "PAID "]))
        }
    }

    @Test("names a customer the same way in every row, once tidied")
    func customers() throws {
        try withSample(rows: 3_000) { file, sheet in
            let rows = file.goodRows(sheet, file: "invoices.csv")
            let customers = Dictionary(grouping: rows) { $0["customer_id"] ?? "" }
            #expect(customers.count == 120)
            #expect(customers.values.contains { Set($0.map { $0["customer_name"] }).count > 3 })
            for lines in customers.values {
                #expect(Set(lines.map { tidy($0["customer_name"]) }).count == 1)
            }
        }
    }

    private func isWrong(
        _ record: ParsedFile.Record,
        after previous: ParsedFile.Record,
        as kind: String
    ) -> Bool {
        guard let row = record.texts else { return false }
        switch kind {
        case "missing_invoice_id": return row[0].isEmpty
        case "bad_date":
            let impossible = ["2024-02-30", "2024-13-01"]
            return impossible.contains(row[1]) || row[1].wholeMatch(of: /\d{4}-\d\d-\d\d/) == nil
        case "missing_customer": return row[2].isEmpty
        case "unknown_status": return !["PAID", "PENDING", "CANCELLED"].contains(tidy(row[5]))
        case "total_not_a_number": return Double(row[6]) == nil
        case "too_many_fields": return row.count == 8
        case "duplicate_line": return record.raw == previous.raw
        default: return false
        }
    }

    private func tidy(_ text: String?) -> String {
        (text ?? "").split(separator: " ").joined(separator: " ").uppercased()
    }

    private func withSample(rows: Int, _ body: (ParsedFile, AnswerSheet) throws -> Void) throws {
        try withDirectory { directory in
            try InvoiceSample(seed: 7, rows: rows, bad: share("2%")).write(to: directory)
            try body(ParsedFile("invoices.csv", in: directory), AnswerSheet(in: directory))
        }
    }
}
