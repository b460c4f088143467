import Rows
import Testing
import Words

@Suite("Rows")
struct RowEncoderTests {
    private let header: [ExactText] = ["id", "amount", "day"]
    private let id = RowLayout.Output.value(plan("id", .integer, [], [.required]))
    private let amount = RowLayout.Output.value(plan("amount", .integer))
    private let day = RowLayout.Output.value(plan("day", .date(format: .isoDate)))

    @Test("a row has its outputs in the layout's order, whatever the source's")
    func outputs() throws {
        let layout = RowLayout([
            .constantInteger(7), amount, .constantText("x"), id, .rowNumber,
        ])
        var harness = Harness(try RowEncoder(layout: layout, header: header))
        harness.encode(batch([["1", "10", ""], ["2", "", ""]]))
        #expect(
            tuples(harness.copy) == [
                [bigEndian(7), bigEndian(10), [0x78], bigEndian(1), bigEndian(1)],
                [bigEndian(7), nil, [0x78], bigEndian(2), bigEndian(2)],
            ]
        )
        #expect(harness.counts == [2, 2, 0, 0])
    }

    @Test("a refused row leaves nothing in the COPY and is kept whole with its place")
    func reject() throws {
        var harness = Harness(try RowEncoder(layout: RowLayout([id, amount]), header: header))
        harness.encode(batch([["1", "10", "a"], ["2", "ten", "b"], ["3", "30", "c"]], input: 4))
        #expect(tuples(harness.copy).map { $0[0] } == [bigEndian(1), bigEndian(3)])
        let reject = try #require(harness.rejects.first)
        #expect(harness.rejects.count == 1)
        #expect(reject.input == 4 && reject.line == 3)
        #expect(reject.raw == Array("2,ten,b".utf8))
        #expect(reject.column == "amount" && reject.rule == "integer")
        #expect(reject.reason.contains("`ten`"))
        #expect(harness.counts == [3, 2, 1, 0])
    }

    @Test("records that the reader found faulty, or of another width, are rejects")
    func faults() throws {
        var rows = batch([["1", "10", ""], ["2", "20"], ["3", "30", ""]])
        rows.faults = [RowFault(rule: "quotes", reason: "a quote is open")]
        rows.rows[2].fault = 0
        var harness = Harness(try RowEncoder(layout: RowLayout([id]), header: header))
        harness.encode(rows)
        #expect(harness.rejects.map(\.rule) == ["fields", "quotes"])
        #expect(harness.rejects.map(\.column) == [nil, nil])
        #expect(harness.counts == [3, 1, 2, 0])
    }

    @Test("a column that the source does not have is an error that helps")
    func missingColumn() {
        let layout = RowLayout([.value(plan("amuont", .integer))])
        let error = #expect(throws: RowLayoutError.self) {
            _ = try RowEncoder(layout: layout, header: header)
        }
        #expect(error?.code == .missingColumn)
        #expect(
            error?.message
                == "`amuont` is read from the column `amuont`, which the source does not "
                + "have (did you mean `amount`?); it has 3 columns"
        )
    }

    @Test(
        "another input's columns are found by their names, in any order and with more beside them"
    )
    func otherHeaders() throws {
        var harness = Harness(try RowEncoder(layout: RowLayout([id, amount]), header: header))
        harness.encode(batch([["1", "5", ""]]))
        try harness.encoder.read(["amount", "note", "id"], of: "b.csv")
        harness.encode(batch([["6", "x", "2"], ["7", "3"]], input: 1))
        try harness.encoder.read(header, of: "c.csv")
        harness.encode(batch([["3", "8", ""]], input: 2))
        #expect(
            tuples(harness.copy) == [
                [bigEndian(1), bigEndian(5)], [bigEndian(2), bigEndian(6)],
                [bigEndian(3), bigEndian(8)],
            ]
        )
        #expect(harness.rejects.map(\.rule) == ["fields"])
    }

    @Test("a batch of an input that lacks a column is prepared once")
    func preparedOnce() throws {
        let encoder = try RowEncoder(
            layout: RowLayout([id, amount]),
            header: ["id"],
            mayLack: { _ in true }
        )
        let prepared = encoder.prepared(batch([["1"], ["2"]]))
        #expect(prepared.fields.count == 4)
        let again = encoder.prepared(prepared)
        #expect(again.fields.count == 4)
        #expect(prepared.rows.map(\.fieldCount) == [1, 1])
    }

    @Test("a column that an input may lack is empty there; one that rows need is refused by name")
    func absentColumns() throws {
        let note = RowLayout.Output.value(
            plan("note", .text, [.defaultTo("none")])
        )
        let layout = RowLayout([id, amount, note])
        var harness = Harness(
            try RowEncoder(
                layout: layout,
                header: ["id", "note"],
                grain: [0],
                mayLack: { _ in true }
            )
        )
        #expect(harness.encoder.absent == ["amount"])
        harness.encode(batch([["1", "a"], ["2"], ["3", "b", "c"]]))
        #expect(try harness.encoder.read(["amount", "id"], mayLack: { _ in true }) == ["note"])
        harness.encode(batch([["5", "4"]], input: 1))
        #expect(
            tuples(harness.copy) == [
                [bigEndian(1), nil, Array("a".utf8)],
                [bigEndian(4), bigEndian(5), Array("none".utf8)],
            ]
        )
        #expect(harness.counts == [4, 2, 2, 0])
        for header in [["amount", "note"], ["id", "amounts", "note"]] as [[ExactText]] {
            let error = #expect(throws: RowLayoutError.self) {
                try harness.encoder.read(header, of: "c.csv", mayLack: { _ in true })
            }
            #expect(error?.message.contains("which `c.csv` does not have") == true)
        }
    }

    @Test("places in the layout that are wrong, and zones that are missing, are errors")
    func badLayouts() {
        let time = plan("day", .timestamp(format: .isoTimestamp, zone: "Test/Zone"))
        #expect(throws: RowLayoutError.self) {
            _ = try RowEncoder(layout: RowLayout([id]), header: header, grain: [1])
        }
        #expect(throws: RowLayoutError.self) {
            let bounds = PeriodBounds(output: 0, label: "2024-01", firstDay: 0, endDay: 1)
            _ = try RowEncoder(layout: RowLayout([id]), header: header, bounds: bounds)
        }
        #expect(throws: RowLayoutError.self) {
            _ = try RowEncoder(layout: RowLayout([.value(time)]), header: header)
        }
    }

    // MARK: Grain

    @Test("equal rows are dropped as duplicates, across batches")
    func duplicates() throws {
        let layout = RowLayout([id, amount, .rowNumber])
        var harness = Harness(try RowEncoder(layout: layout, header: header, grain: [0]))
        harness.encode(batch([["1", "10", ""], ["2", "20", ""], ["1", "10", "other"]]))
        harness.encode(batch([["2", "20", ""], ["3", "30", ""]], firstLine: 5))
        #expect(tuples(harness.copy).map { $0[0] } == [1, 2, 3].map(bigEndian))
        #expect(harness.counts == [5, 3, 0, 2])
    }

    @Test("rows of one grain with other values are refused, naming the first one's line")
    func conflicts() throws {
        var harness = Harness(
            try RowEncoder(layout: RowLayout([id, amount]), header: header, grain: [0])
        )
        harness.encode(batch([["1", "10", ""], ["1", "11", ""], ["1", "10", ""]]))
        harness.encode(batch([["1", "12", ""]], input: 1))
        #expect(harness.rejects.map(\.rule) == ["grain", "grain"])
        #expect(
            harness.rejects.map(\.reason) == [
                "line 2 has the same `id` and other values",
                "line 2 of file0.csv has the same `id` and other values",
            ]
        )
        #expect(harness.counts == [4, 1, 2, 1])
    }

    @Test("a null in the grain is equal to nothing")
    func nullGrain() throws {
        var harness = Harness(
            try RowEncoder(layout: RowLayout([id, amount]), header: header, grain: [0, 1])
        )
        harness.encode(batch([["1", "", ""], ["1", "", ""], ["1", "5", ""], ["1", "5", ""]]))
        #expect(harness.counts == [4, 3, 0, 1])
    }

    @Test("a grain of several columns keeps their borders")
    func grainBorders() throws {
        let layout = RowLayout([.value(plan("id", .text)), .value(plan("amount", .text))])
        var harness = Harness(try RowEncoder(layout: layout, header: header, grain: [0, 1]))
        harness.encode(batch([["a", "bc", ""], ["ab", "c", ""]]))
        #expect(harness.counts == [2, 2, 0, 0])
    }

    @Test("many rows are told apart, and each of them is found again")
    func manyRows() throws {
        var harness = Harness(
            try RowEncoder(layout: RowLayout([id, amount]), header: header, grain: [0])
        )
        let rows = (0..<10_000).map { ["\($0)", "\($0 % 7)", ""] }
        harness.encode(batch(rows))
        harness.encode(batch(rows))
        #expect(harness.counts == [20_000, 10_000, 0, 10_000])
    }

    // MARK: Period

    @Test("rows outside of the period, or in none, are refused")
    func period() throws {
        // January 2024.
        let bounds = PeriodBounds(output: 1, label: "2024-01", firstDay: 19_723, endDay: 19_754)
        var harness = Harness(
            try RowEncoder(layout: RowLayout([id, day]), header: header, bounds: bounds)
        )
        harness.encode(
            batch([
                ["1", "", "2024-01-01"], ["2", "", "2024-01-31"], ["3", "", "2023-12-31"],
                ["4", "", "2024-02-01"], ["5", "", ""],
            ])
        )
        #expect(harness.rejects.map(\.rule) == ["period", "period", "period"])
        #expect(harness.rejects.map(\.line) == [4, 5, 6])
        #expect(harness.rejects[0].reason.contains("`2023-12-31`"))
        #expect(harness.counts == [5, 2, 3, 0])
    }

    @Test("a period's days are those of the column's zone")
    func periodInZone() throws {
        let format = DateFormat("yyyy-MM-dd HH:mm:ssXXX")
        let time = plan("day", .timestamp(format: format, zone: "America/New_York"))
        let bounds = PeriodBounds(output: 0, label: "2024-01", firstDay: 19_723, endDay: 19_754)
        var harness = Harness(
            try RowEncoder(
                layout: RowLayout([.value(time)]),
                header: header,
                bounds: bounds,
                zones: ["America/New_York": ZoneFixtures.newYork]
            )
        )
        harness.encode(
            batch([
                ["1", "", "2024-01-01 04:59:59Z"], ["2", "", "2024-01-01 05:00:00Z"],
                ["3", "", "2024-02-01 04:59:59Z"], ["4", "", "2024-02-01 05:00:00Z"],
            ])
        )
        #expect(harness.rejects.map(\.line) == [2, 5])
    }

    @Test("every row that goes in is counted once, whatever its bytes")
    func conservation() throws {
        var random = Xorshift(seed: 5)
        let layout = RowLayout([
            id, amount, day, .value(plan("amount", .text, [.trim, .squeeze, .title])),
            .value(plan("day", .json)), .value(plan("id", .float, [.lower])),
            .value(plan("day", .decimal(precision: 6, scale: 3), [.digits])),
        ])
        var harness = Harness(try RowEncoder(layout: layout, header: header, grain: [0]))
        for _ in 0..<300 {
            var rows = RowBatch()
            for line in 0..<20 {
                let start = rows.bytes.count
                let firstField = rows.fields.count
                for _ in 0..<(random.below(20) == 0 ? 2 : 3) {
                    let fieldStart = rows.bytes.count
                    for _ in 0..<random.below(9) {
                        rows.bytes.append(Self.likely[random.below(Self.likely.count)])
                    }
                    rows.fields.append(
                        RowBatch.FieldSlice(
                            start: fieldStart,
                            length: rows.bytes.count - fieldStart,
                            wasQuoted: false
                        )
                    )
                }
                rows.rows.append(
                    RowBatch.Row(
                        firstField: firstField,
                        fieldCount: rows.fields.count - firstField,
                        line: line,
                        byteOffset: 0,
                        rawStart: start,
                        rawLength: rows.bytes.count - start
                    )
                )
            }
            harness.encode(rows)
        }
        let counts = harness.encoder.counts
        #expect(counts.read == 6_000)
        #expect(counts.read == counts.loaded + counts.rejected + counts.deduplicated)
        #expect(tuples(harness.copy).count == counts.loaded)
        #expect(harness.rejects.count == counts.rejected)
    }

    private static let likely: [UInt8] =
        Array("0123456789012345678900--..+eE \t[]{}\":,tn".utf8) + [0xc3, 0xb1, 0xff, 0x00, 0xe2]
}
