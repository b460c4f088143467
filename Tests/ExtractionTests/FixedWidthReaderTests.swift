import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("Files of fixed width")
struct FixedWidthReaderTests {
    private static let columns = [
        FixedWidth.Column("id", 4), FixedWidth.Column("name", 6), FixedWidth.Column("amount", 5),
    ]

    private func read(
        _ text: String,
        _ layout: FixedWidth = FixedWidth(columns),
        chunk size: Int = .max
    ) throws -> [Record] {
        try read(Array(text.utf8), layout, chunk: size)
    }

    private func read(_ bytes: [UInt8], _ layout: FixedWidth, chunk size: Int) throws -> [Record] {
        var reader = FixedWidthReader(name: "a.txt", input: 0, layout: layout)
        var batches: [RowBatch?] = []
        var start = 0
        while start < bytes.count {
            let end = start + min(size, bytes.count - start)
            batches.append(try reader.read(bytes.span.extracting(start..<end)))
            while reader.hasMore { batches.append(try reader.read([UInt8]().span)) }
            start = end
        }
        batches.append(try reader.finish())
        return batches.compactMap(\.self)
            .flatMap { batch in batch.rows.map { Record($0, of: batch) } }
    }

    @Test(
        "columns are cut by characters, whatever the pieces and the line ends",
        arguments: [1, 2, 7, .max],
        ["\n", "\r\n"]
    )
    func columns(chunk: Int, end: String) throws {
        let lines = ["0001Zürich12.50", "0002 \"Ber     8", "", "0003日本    -1.00"]
        let records = try read(lines.joined(separator: end), chunk: chunk)
        #expect(
            records.map(\.fields) == [
                ["0001", "Zürich", "12.50"], ["0002", "\"Ber", "8"], ["0003", "日本", "-1.00"],
            ]
        )
        #expect(records.map(\.fault) == [nil, nil, nil])
        #expect(records.map(\.line) == [1, 2, 4])
        #expect(records.map(\.raw) == lines.filter { !$0.isEmpty })
        #expect(records[1].byteOffset == lines[0].utf8.count + end.utf8.count)
    }

    @Test(
        "a shorter line is refused, lest a cut number is taken for a smaller one, and so is a longer one"
    )
    func lengths() throws {
        let records = try read("0001Bern    12\n0002Bern  12.50  \n0003Bern  12.507\n")
        #expect(records.map(\.fault) == ["width", nil, "width"])
        #expect(
            records.map(\.fields) == [["", "", ""], ["0002", "Bern", "12.50"], ["", "", ""]]
        )
    }

    @Test("lines whose blanks were cut off are read where that is declared")
    func trimmed() throws {
        var layout = FixedWidth(Self.columns)
        layout.isTrimmed = true
        let records = try read("0001Bern\n00\n0003Bern  12.507\n", layout)
        #expect(records.map(\.fault) == [nil, nil, "width"])
        #expect(records.map(\.fields).prefix(2) == [["0001", "Bern", ""], ["00", "", ""]])
    }

    @Test("skipped lines, words for nothing and encodings are as those of CSV")
    func dialect() throws {
        var layout = FixedWidth(Self.columns, encoding: .latin1, nulls: ["-", "n/a"])
        layout.skip = SkippedLines(before: 1, after: 1)
        let text = "Bookings of M\u{e4}rz\n0001  n/a     -\n0002Z\u{fc}rich 1.50\nsum\n"
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        for chunk in [1, 3, .max] {
            let records = try read(bytes, layout, chunk: chunk)
            #expect(records.map(\.fields) == [["0001", "", ""], ["0002", "Zürich", "1.50"]])
            #expect(records.map(\.byteOffset) == [17, 33])
        }
    }

    @Test("a NUL parts no fields, and bytes that are no text are the row's fault")
    func bytes() throws {
        #expect(try read("0001Be\0n   1.50\n").map(\.fields) == [["0001", "Be\0n", "1.50"]])
        let layout = FixedWidth(Self.columns, encoding: .windows1252)
        let bytes = Array("0001Ber".utf8) + [0x81] + Array("   1.50\n".utf8)
        let records = try read(bytes, layout, chunk: 4)
        #expect(records.map(\.fault) == ["encoding"] && records[0].fields == ["", "", ""])
    }

    @Test("a record is read by itself as it was in its file")
    func single() throws {
        var layout = FixedWidth(Self.columns, encoding: .latin1, nulls: ["-"])
        layout.skip = SkippedLines(before: 3, after: 2)
        var reader = SingleRecordReader(.fixed(layout), columns: ["id", "name", "amount"])
        let read = reader.read(Array("0001Zürich    -".utf8))
        let batch = try #require(read)
        #expect(batch.rows.map { Record($0, of: batch) }.map(\.fields) == [["0001", "Zürich", ""]])
        let refused = reader.read(Array("0001".utf8))
        let cut = try #require(refused)
        #expect(cut.rows.map { Record($0, of: cut) }.map(\.fault) == ["width"])
    }
}
