import Extraction
import Pipelines
import Testing

@Suite("CSV")
struct CSVReaderTests {
    /// The fields of all records, for texts whose places do not matter.
    private func fields(_ text: String) throws -> [[String]] {
        try readCSV(text).records.map(\.fields)
    }

    @Test("records follow the header; the last line need not end")
    func plain() throws {
        let (header, records) = try readCSV("a,b\n1,2\n3,4")
        #expect(header == ["a", "b"])
        #expect(records.map(\.fields) == [["1", "2"], ["3", "4"]])
        #expect(records.map(\.line) == [2, 3])
        #expect(records.map(\.byteOffset) == [4, 8])
        #expect(records.map(\.raw) == ["1,2", "3,4"])
    }

    @Test("lines end with LF, CR LF or CR, mixed at will")
    func lineEnds() throws {
        let records = try readCSV("a,b\r\n1,2\n3,4\r5,6\r\n\r\n7,8\r").records
        #expect(records.map(\.fields) == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]])
        #expect(records.map(\.line) == [2, 3, 4, 6])
        #expect(records.map(\.byteOffset) == [5, 9, 13, 20])
    }

    @Test("quoted fields hold delimiters, line ends and doubled quotes")
    func quotes() throws {
        let text = "a,b\n\"x,\"\"y\"\"\",\"1\r\n2\"\n\"\",\"\"\"\"\n"
        let records = try readCSV(text).records
        #expect(records.map(\.fields) == [["x,\"y\"", "1\r\n2"], ["", "\""]])
        #expect(records.map(\.line) == [2, 4])
        #expect(records[0].raw == "\"x,\"\"y\"\"\",\"1\r\n2\"")
    }

    @Test("a quote inside an unquoted field is data")
    func quoteInside() throws {
        #expect(try fields("a,b\n5\" pipe,x\"y\"z\n") == [["5\" pipe", "x\"y\"z"]])
    }

    @Test("text after a closing quote is a fault of its row, and the next row is read")
    func textAfterQuote() throws {
        let records = try readCSV("a,b\n\"x\"y,2\n\"1\" ,2\n3,4\n").records
        #expect(records.map(\.fault) == ["quotes", "quotes", nil])
        #expect(records[0].raw == "\"x\"y,2")
        #expect(records[2].fields == ["3", "4"])
    }

    @Test("a quote open at the end is a fault of the row that opens it")
    func openQuote() throws {
        let records = try readCSV("a,b\n1,2\n3,\"4,5\n").records
        #expect(records.map(\.fault) == [nil, "quotes"])
        #expect(records[1].line == 3)
        #expect(records[1].byteOffset == 8)
        #expect(records[1].raw == "3,\"4,5\n")
    }

    @Test("records with more or fewer fields than the header are faults")
    func fieldCount() throws {
        let records = try readCSV("a,b\n1\n1,2,3\n1,2\n,\n1,2,\n").records
        #expect(records.map(\.fault) == ["fields", "fields", nil, nil, "fields"])
    }

    @Test("empty fields at every place are fields")
    func emptyFields() throws {
        #expect(
            try fields("a,b,c\n,,\n1,,\n,,3") == [["", "", ""], ["1", "", ""], ["", "", "3"]]
        )
        #expect(try fields("a,b\n1,") == [["1", ""]])
    }

    @Test("blank lines are skipped, and counted as lines")
    func blankLines() throws {
        let records = try readCSV("\n\na,b\n\n1,2\n\n\n3,4\n\n").records
        #expect(records.map(\.fields) == [["1", "2"], ["3", "4"]])
        #expect(records.map(\.line) == [5, 8])
    }

    @Test("below a header of one column blank lines are nulls where a reader asks for it")
    func keptBlankLines() throws {
        let records = try readCSV("a\n1\n\n\"\"\n", keepsBlankLines: true).records
        #expect(records.map(\.fields) == [["1"], [""], [""]])
        #expect(try readCSV("a\n1\n\n2\n").records.map(\.fields) == [["1"], ["2"]])
        #expect(try readCSV("a,b\n1,2\n\n", keepsBlankLines: true).records.count == 1)
    }

    @Test(#"a line \. is data"#)
    func backslashDot() throws {
        #expect(try fields("a\n1\n\\.\n2\n") == [["1"], ["\\."], ["2"]])
    }

    @Test("the declared delimiter divides, the comma then does not")
    func delimiter() throws {
        let dialect = CSVDialect(delimiter: UInt8(ascii: ";"))
        let records = try readCSV("a;b\n1,5;\"x;y\"\n", dialect: dialect).records
        #expect(records.map(\.fields) == [["1,5", "x;y"]])
    }

    @Test("a UTF-8 byte order mark is skipped, and counted in offsets")
    func byteOrderMark() throws {
        let (header, records) = try readCSV([0xef, 0xbb, 0xbf] + Array("a\n1\n".utf8))
        #expect(header == ["a"])
        #expect(records.map(\.byteOffset) == [5])
        #expect(try readCSV([0xef, 0xbb, 0xbf] + Array("\"a\"\n1\n".utf8)).header == ["a"])
    }

    @Test(
        "UTF-16 and UTF-32 that are not declared are refused, whatever the size of chunks",
        arguments: [[0xff, 0xfe], [0xfe, 0xff], [0, 0, 0xfe, 0xff]] as [[UInt8]]
    )
    func utf16(mark: [UInt8]) {
        for size in [1, 2, 100] {
            #expect(code { _ = try readCSV(mark + [0x61, 0, 0x0a, 0], chunk: size) } == .encoding)
        }
    }

    @Test("Latin-1 becomes UTF-8; offsets stay those of the file")
    func latin1() throws {
        let bytes: [UInt8] = Array("a,b\n".utf8) + [0xf1, 0x2c, 0xe9, 0x0a, 0x78, 0x2c, 0x79, 0x0a]
        let records = try readCSV(bytes, dialect: CSVDialect(encoding: .latin1)).records
        #expect(records.map(\.fields) == [["ñ", "é"], ["x", "y"]])
        #expect(records.map(\.byteOffset) == [4, 8])
    }

    @Test("a file that is UTF-8 and declared Latin-1 is refused")
    func wronglyDeclared() {
        let bytes: [UInt8] = [0xef, 0xbb, 0xbf] + Array("a\n1\n".utf8)
        #expect(
            code { _ = try readCSV(bytes, dialect: CSVDialect(encoding: .latin1)) } == .encoding
        )
    }

    @Test("bytes that are not UTF-8, and NUL, are left for the encoder to refuse")
    func invalidBytes() throws {
        let bytes: [UInt8] = Array("a,b\n".utf8) + [0xff, 0x2c, 0x00, 0x0a]
        #expect(try readCSV(bytes).records.map(\.fault) == [nil])
    }

    @Test("a file without a header is refused", arguments: ["", "\n", "\r\n\r\n"])
    func empty(text: String) {
        #expect(code { _ = try readCSV(text) } == .header)
    }

    @Test("a header alone has no records")
    func headerOnly() throws {
        #expect(try readCSV("a,b").records.isEmpty)
        #expect(try readCSV("a,b\n").records.isEmpty)
    }

    @Test("doubled columns are refused by their places; nameless ones may be many")
    func doubledHeader() throws {
        do {
            _ = try readCSV("a,b,a\n1,2,3\n")
            Issue.record("the header was taken")
        } catch let error as ExtractionError {
            #expect(error.code == .header)
            #expect(
                error.message
                    == "reading the header of `test.csv`: columns 1 and 3 have the same name"
            )
        }
        #expect(try readCSV("a,,\n1,2,3\n").header == ["a", "", ""])
    }

    @Test(
        "a header of broken quotes or bytes is refused",
        arguments: ["\"a,b\n1,2\n", "\"a\"x,b\n"]
    )
    func badHeader(text: String) {
        #expect(code { _ = try readCSV(text) } == .header)
        #expect(code { _ = try readCSV([0xff, 0x0a]) } == .header)
    }

    @Test("a field or record beyond the limits is an error with its line, whatever the chunks")
    func limits() throws {
        let limits = CSVLimits(fieldBytes: 10, recordBytes: 25, columns: 3)
        let texts = [
            "a,b,c\n1,2,3\nxxxxxxxxxxx,2,3\n", "a,b,c\n1,2,3\n1,\"xxxxxxxxxxx\",3\n",
            "a,b,c\n1,2,3\n1,2,xxxxxxxxxxx", "a,b,c\n1,2,3\n1,2,\"xxxxxxxxxxx",
            "a,b,c\n1,2,3\nxxxxxxxxx,xxxxxxxxx,xxxxxxxxx\n",
        ]
        for text in texts {
            for size in [1, 2, 5, 100] {
                do {
                    _ = try readCSV(text, limits: limits, chunk: size)
                    Issue.record("\(text) was taken")
                } catch let error as ExtractionError {
                    #expect(error.code == .tooLarge)
                    #expect(error.message.contains("on line 3 (byte 12)"))
                }
            }
        }
        #expect(code { _ = try readCSV("a,b,c,d\n", limits: limits) } == .header)
        #expect(try readCSV("a,b,c\nxxxxxxxxxx,,\n", limits: limits).records.count == 1)
    }

    @Test("a record of far too many fields is a fault that takes little memory")
    func manyFields() throws {
        let limits = CSVLimits(columns: 3)
        let text = "a,b,c\n" + String(repeating: ",", count: 10_000) + "\n1,2,3\n"
        let records = try readCSV(text, limits: limits).records
        #expect(records.map(\.fault) == ["fields", nil])
        #expect(records[0].fields.count <= 4)
    }
}
