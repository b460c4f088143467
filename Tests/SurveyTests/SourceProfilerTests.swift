import Foundation
import Pipelines
import SampleData
import Testing
import Words

@testable import Survey

@Suite("A profile")
struct SourceProfilerTests {
    @Test("counts what is missing, what is different, and the most frequent")
    func counts() async throws {
        let profile = try await Sheets()
            .profile("id,city\n1, Oslo\n2,\n3,\"\"\n4,Bergen\n5,Oslo\n6,N/A\n")
        let city = try #require(profile.column("city"))
        #expect(profile.rows == 6)
        #expect((city.nulls, city.empties, city.distinct) == (1, 1, 3))
        #expect(city.top.map(\.text) == ["Oslo"])
        #expect(city.top.map(\.count) == [2])
        #expect([city.least, city.greatest] == ["Bergen", "Oslo"])
        #expect(city.lengths == 3...6)
        #expect(
            city.remarks == [
                "1 with white space at an end: `clean: [trim]`",
                "`N/A` stands once, perhaps for nothing: `null_if`",
            ]
        )
        let id = try #require(profile.column("id"))
        #expect([id.least, id.greatest] == ["1", "6"])
        #expect(profile.keys == [["id"]])
    }

    @Test("orders numbers and dates by their values, not their texts")
    func bounds() async throws {
        let numbers = try await Sheets().column(["9", "10", "-5", "-40"])
        #expect([numbers.least, numbers.greatest] == ["-40", "10"])
        let decimals = try await Sheets().column(["9.5", "10.25", "-0.5"])
        #expect([decimals.least, decimals.greatest] == ["-0.5", "10.25"])
        let dates = try await Sheets().column(["31/01/2024", "01/02/2024", "15/12/2023"])
        #expect([dates.least, dates.greatest] == ["15/12/2023", "01/02/2024"])
    }

    @Test(
        "finds delimiter and encoding",
        arguments: [
            ("a;b\n1;2,5\n3;4,5\n", ";", CSVDialect.Encoding.utf8),
            ("a\tb\n1\tx, y\n", "\t", .utf8), ("a|b\n1|2\n", "|", .utf8),
            ("a,b\n\"1;2;3\",2\n", ",", .utf8), ("only\n1\n", ",", .utf8),
        ]
    )
    func dialect(text: String, delimiter: String, encoding: CSVDialect.Encoding) async throws {
        let dialect = CSVDialect(
            delimiter: try #require(delimiter.utf8.first),
            encoding: encoding
        )
        #expect(try await Sheets().profile(text).format == .csv(dialect))
    }

    @Test("of a file in Latin-1 or Windows-1252 says so and reads it")
    func latin1() async throws {
        let sheets = try Sheets()
        let path = sheets.folder + "/l.csv"
        try Data("name\nMu".utf8 + [0xf1] + "oz\n".utf8).write(to: URL(fileURLWithPath: path))
        let profile = try await SourceProfiler.profile(file: path)
        #expect(profile.format == .csv(CSVDialect(encoding: .windows1252)))
        #expect(profile.columns[0].greatest == "Muñoz")
        #expect(
            profile.remarks == [
                "it is not UTF-8, and probably windows-1252: look at its letters that are not ASCII, "
                    + "and declare another `encoding` where they are wrong"
            ]
        )
    }

    @Test("tells a header that is repeated, rows that cannot be read, and columns without a name")
    func remarks() async throws {
        let profile = try await Sheets().profile("a,b,\n1,2,3\na,b,\n1,2\n")
        #expect(
            profile.remarks == [
                "line 3 repeats the header: remove it",
                "without a name: column 3; give the header a name for each",
                "only the end cannot be read, from line 4: if that is no row, `skip: { after: 1 }`",
            ]
        )
        #expect(profile.faults?.count == 1)
        #expect(profile.faults?.firstLine == 4)
    }

    @Test(
        "tells lines that are as long as each other and have no delimiter, with a header and without"
    )
    func fixedWidth() async throws {
        let lines = "0001 Bern   12.50\n0002 Genf    9.80\n0003 Basel 310.00\n"
        for text in [lines, "code city  amount\n" + lines] {
            let remarks = try await Sheets().profile(text).remarks
            #expect(
                remarks.contains { $0.hasPrefix("each line has 17 characters and no delimiter") },
                "\(remarks)"
            )
        }
        #expect(try await Sheets().profile("code\n0001\n0002\n").remarks == [])
    }

    @Test("finds columns that identify a row together when none does alone")
    func combinedKey() async throws {
        var text = "invoice,line,amount\n"
        for invoice in 1...5 { for line in 1...4 { text += "\(invoice),\(line),9.5\n" } }
        let profile = try await Sheets().profile(text)
        #expect(profile.keys == [["invoice", "line"]])
        #expect(profile.areKeysSure)
    }

    @Test("of a part of the rows says that it is one")
    func limited() async throws {
        let text = "id\n" + (1...50).map { "\($0)\n" }.joined()
        let profile = try await Sheets().profile(text, limit: 20)
        #expect(profile.rows == 20)
        #expect(!profile.isWhole)
        #expect(!profile.areKeysSure)
        let all = try await Sheets().profile(text, limit: 50)
        #expect(all.rows == 50)
    }

    @Test("counts the most frequent values also when there are more than it keeps")
    func frequent() async throws {
        var values: [String] = []
        for index in 0..<6_000 { values.append(index % 3 == 0 ? "often" : "once \(index)") }
        let column = try await Sheets().column(values)
        let often = try #require(column.top.first)
        #expect(often.text == "often")
        #expect(often.count <= 2_000 && often.count + column.topShortfall >= 2_000)
    }

    @Test("of an empty file or one that is not there is an error that says it")
    func unreadable() async throws {
        let sheets = try Sheets()
        await #expect(throws: (any Error).self) { try await sheets.profile("") }
        do {
            _ = try await SourceProfiler.profile(file: sheets.folder + "/none.csv")
            Issue.record("it was read")
        } catch {
            #expect("\(error)".contains("none.csv`: there is no such file"), "\(error)")
        }
    }
}
