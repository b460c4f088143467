import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("CSV as people have it")
struct CSVDialectTests {
    private func fields(_ text: String, _ dialect: CSVDialect) throws -> [[String]] {
        try readCSV(text, dialect: dialect).records.map(\.fields)
    }

    // MARK: Columns

    @Test("declared columns are the header, and the first line is a row")
    func columns() throws {
        let dialect = CSVDialect(columns: ["id", "name"])
        let (header, records) = try readCSV("1,a\n2\n", dialect: dialect)
        #expect(header == ["id", "name"])
        #expect(records.map(\.fields) == [["1", "a"], ["2"]])
        #expect(records.map(\.fault) == [nil, "fields"])
        #expect(records.map(\.line) == [1, 2])
    }

    @Test("an empty file with declared columns has no rows")
    func emptyFile() throws {
        let read = try readCSV("", dialect: CSVDialect(columns: ["id"]))
        #expect(read.header == ["id"] && read.records.isEmpty)
        #expect(code { _ = try readCSV("") } == .header)
    }

    // MARK: Lines

    @Test(
        "lines before the header are passed over, whatever is in them",
        arguments: ["\n", "\r\n"]
    )
    func skippedBefore(end: String) throws {
        let text = ["Report of \"May", "", "id,name", "1,a", ""].joined(separator: end)
        let records = try readCSV(text, dialect: CSVDialect(skip: SkippedLines(before: 2))).records
        #expect(records.map(\.fields) == [["1", "a"]])
        #expect(records.map(\.line) == [4])
        #expect(records.map(\.byteOffset) == [text.utf8.count - 3 - end.utf8.count])
    }

    @Test("bytes that are no text in skipped lines are nobody's fault")
    func skippedEncoding() throws {
        let bytes = Array("caf".utf8) + [0x81] + Array("\nid\n1\n".utf8)
        let dialect = CSVDialect(encoding: .windows1252, skip: SkippedLines(before: 1))
        let records = try readCSV(bytes, dialect: dialect, chunk: 3).records
        #expect(records.map(\.fields) == [["1"]])
        #expect(records.map(\.fault) == [nil])
    }

    @Test("a file that ends in the skipped lines has no header, and says so")
    func skippedAll() {
        let error = #expect(throws: ExtractionError.self) {
            try readCSV("a\n", dialect: CSVDialect(skip: SkippedLines(before: 3)))
        }
        #expect(error?.message.contains("there is nothing behind 3 skipped lines") == true)
    }

    @Test(
        "lines at the end are no rows; blank ones do not count",
        arguments: [1, 2, 3, 5, 1000]
    )
    func skippedAfter(chunk: Int) throws {
        let text = "id,name\n1,a\n2,b\n3,c\n\"total\",3\nend\n\n"
        let dialect = CSVDialect(skip: SkippedLines(after: 2))
        let records = try readCSV(text, dialect: dialect, chunk: chunk).records
        #expect(records.map(\.fields) == [["1", "a"], ["2", "b"], ["3", "c"]])
        #expect(try fields("id\n1\n", dialect) == [])
    }

    @Test("a batch is given as soon as enough rows stand behind it")
    func flow() throws {
        var reader = CSVReader(name: "x", dialect: CSVDialect(skip: SkippedLines(after: 1)))
        let pieces = ["id\n1\n", "2\n", "3\n"].map { Array($0.utf8) }
        let batches = try pieces.map { try reader.read($0.span)?.rows.count }
        #expect(batches == [nil, 1, 1])
        #expect(try reader.finish()?.rows.isEmpty ?? true)
    }

    // MARK: Nulls

    @Test("null words are nothing outside of quotes, as whole fields only")
    func nulls() throws {
        let dialect = CSVDialect(nulls: ["NULL", "-"])
        let text = "a,NULL,c\nNULL,\"NULL\",-\nNULLS, NULL,null\n"
        let (header, records) = try readCSV(text, dialect: dialect)
        #expect(header == ["a", "NULL", "c"])
        #expect(records.map(\.fields) == [["", "NULL", ""], ["NULLS", " NULL", "null"]])
        #expect(records[0].raw == "NULL,\"NULL\",-")
    }

    // MARK: Quotes

    @Test("quotes are data where they enclose nothing")
    func noQuotes() throws {
        let dialect = CSVDialect(hasQuotes: false)
        let records = try readCSV("a,\"b\"\n\"x,1\"\n\"\",\"\n", dialect: dialect).records
        #expect(records.map(\.fields) == [["\"x", "1\""], ["\"\"", "\""]])
        #expect(records.map(\.fault) == [nil, nil])
    }

    // MARK: Escapes

    @Test("a backslash takes CR LF for one line end", arguments: [1, 2, 3, 1000])
    func escapedLineEnds(chunk: Int) throws {
        let text = "a,b\r\none\\\r\ntwo,x\r\n3,\\\\\r\n"
        let records = try readCSV(text, dialect: CSVDialect(hasEscapes: true), chunk: chunk).records
        #expect(records.map(\.fields) == [["one\r\ntwo", "x"], ["3", "\\"]])
        #expect(records.map(\.line) == [2, 4])
    }

    @Test(
        "a backslash makes data of what stands behind it, and letters are control characters",
        arguments: [1, 2, 1000]
    )
    func escapes(chunk: Int) throws {
        let dialect = CSVDialect(hasEscapes: true)
        let text = #"""
            a,b
            x\,y,"say \"hi\""
            one\
            two,c\\d
            \n\t\q,\N
            "\N","a""b"
            \
            """#
        let records = try readCSV(text, dialect: dialect, chunk: chunk).records
        #expect(
            records.prefix(4).map(\.fields) == [
                ["x,y", "say \"hi\""], ["one\ntwo", "c\\d"], ["\n\tq", ""], ["N", "a\"b"],
            ]
        )
        #expect(records.map(\.line) == [2, 3, 5, 6, 7])
        #expect(records.map(\.fault) == [nil, nil, nil, nil, "fields"])
        #expect(records[4].fields == ["\\"])
    }

    @Test("without escapes a backslash is data, in quotes too")
    func noEscapes() throws {
        #expect(try fields("a,b\n\\,x\\\n", CSVDialect()) == [["\\", "x\\"]])
        #expect(try fields("a,b\n\"\\\",\\N\n", CSVDialect()) == [["\\", "\\N"]])
    }

    // MARK: Records by themselves

    @Test(
        "a record that was kept is read again by its dialect, without what its file had around it"
    )
    func kept() throws {
        let dialect = CSVDialect(
            delimiter: UInt8(ascii: ";"),
            columns: ["a", "b"],
            skip: SkippedLines(before: 3, after: 2),
            nulls: ["-"],
            hasQuotes: false,
            hasEscapes: true
        )
        var reader = SingleRecordReader(.csv(dialect), columns: ["a", "b"])
        let read = reader.read(Array(#"-;"x\;y""#.utf8))
        let batch = try #require(read)
        #expect(Record(batch.rows[0], of: batch).fields == ["", #""x;y""#])
    }
}

@Suite("A guess of how CSV is written")
struct DialectGuessTests {
    private func guess(_ text: String) -> CSVDialect {
        DialectGuess(Array(text.utf8)).dialect
    }

    @Test("finds the lines before the header, when the lines below it are alike")
    func preamble() {
        let dialect = guess("Sales of May\n\nid;name;amount\n1;a;2\n2;b;3\n3;c;4\n")
        #expect(dialect == CSVDialect(delimiter: UInt8(ascii: ";"), skip: SkippedLines(before: 2)))
        #expect(guess("a text\nwith, a comma\nand more\n").skip.before == 0)
        #expect(guess("id;name\n1\n2\n3\n").skip.before == 0)
    }

    @Test(
        "takes a first line for a row when it has a figure where all others have one",
        arguments: [
            ("1,Ana,2024-01-03\n2,Luis,2024-01-04\n3,Eva,2024-01-05\n", true),
            ("id,name,on\n1,Ana,2024-01-03\n2,Luis,2024-01-04\n", false),
            ("country,2023,2024\nES,1,2\nFR,3,4\n", false),
            ("country,2023-01,2023-02\nES,1,2\nFR,3,4\n", false), ("Ana,x\nLuis,y\nEva,z\n", false),
            ("1,2\n3,4\n", false),
        ]
    )
    func columns(text: String, isRow: Bool) {
        let columns = guess(text).columns
        #expect((columns != nil) == isRow, "\(columns ?? [])")
    }

    @Test("takes quotes for data, or a backslash for an escape, only where all records fit then")
    func quotesAndEscapes() {
        #expect(!guess("id,size\na,\"3 in\nb,\"4 in\nc,5\n").hasQuotes)
        #expect(guess("id,size\na,\"3 in\nb,4\n").hasQuotes == false)
        #expect(guess("id,size\na,\"3, or\"\nb,4\n").hasQuotes)
        let escaped = guess(#"id,name"# + "\n" + #"a,x\, y"# + "\n" + #"b,"say \"x\"""# + "\n")
        #expect(escaped.hasEscapes && escaped.hasQuotes)
        #expect(!guess("id,path\na,C:\\x\nb,D:\\y\n").hasEscapes)
        #expect(guess("id,name\na,b,c\nd\n") == CSVDialect())
    }

    @Test(#"takes \N for nothing"#)
    func nulls() {
        #expect(guess("id,name\na,\\N\nb,c\n").nulls == ["\\N"])
        #expect(guess("id,name\na,NULL\nb,c\n").nulls == [])
    }
}
