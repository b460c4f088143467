import Testing
import Words

@testable import Rows

@Suite("What the input itself tells")
struct InputColumnTests {
    private func column(_ name: String, _ source: ExactText, _ type: ColumnType) -> RowLayout.Output
    {
        .value(ValuePlan(name: name, source: source, type: type))
    }

    private var layout: RowLayout {
        RowLayout([
            column("id", "id", .integer), column("file", "{file}", .text),
            column("at", "{file_time}", .timestamp(format: .isoTimestamp, zone: "UTC")),
            column("note", "note", .text),
        ])
    }

    @Test("the name and the time of each file stand in its rows, beside what the file lacks")
    func values() throws {
        var harness = Harness(
            try RowEncoder(layout: layout, header: ["id"], mayLack: { $0 == "note" })
        )
        #expect(harness.encoder.absent == ["note"])
        var first = batch([["1"], ["2", "x"]])
        first.inputModified = 946_684_801_500_000_999
        harness.encode(first)
        try harness.encoder.read(["note", "id"], of: "b")
        harness.encode(batch([["n", "3"]], input: 1))
        #expect(
            tuples(harness.copy) == [
                [bigEndian(1), Array("file0.csv".utf8), bigEndian(1_500_000), nil],
                [bigEndian(3), Array("file1.csv".utf8), nil, Array("n".utf8)],
            ]
        )
        #expect(harness.rejects.map(\.rule) == ["fields"])
    }

    @Test("a time before 1970 is one, too")
    func early() throws {
        var early = batch([["1"]])
        early.inputModified = -1
        #expect(InputColumn.time.text(of: early) == "1969-12-31 23:59:59.999999+00")
        early.inputModified = .min
        #expect(InputColumn.time.text(of: early) == "1677-09-21 00:12:43.145224+00")
        early.inputModified = .max
        #expect(InputColumn.time.text(of: early) == "2262-04-11 23:47:16.854775+00")
    }

    @Test("no file has to have such a column, and one that has it is read")
    func source() throws {
        #expect(layout.sourceColumns == ["id", "note"])
        var harness = Harness(
            try RowEncoder(
                layout: RowLayout([column("file", "{file}", .text)]),
                header: ["{file}"]
            )
        )
        harness.encode(batch([["own"]]))
        #expect(tuples(harness.copy) == [[Array("own".utf8)]])
    }
}
