import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("JSON whose objects become rows of a shape")
struct ShapedJSONTests {
    private static func shape(
        _ expand: String? = "items",
        _ fields: [(String, String)] = []
    ) -> RowShape {
        var shape = RowShape()
        shape.expand = expand.map { JSONPath($0) }
        shape.fields = fields.map { name, rule in
            let content = ElementRule(rule).map { RowField.Content.elements($0) }
            return RowField(name: name, content: content ?? .path(JSONPath(rule)))
        }
        return shape
    }

    private static let columns = ["id", "items.sku", "count"]
    private static let expanding = shape("items", [("count", "count(items)")])
    private static let objects = [
        #"{"id": 1, "items": [{"sku": "é"}, {"sku": "b"}]}"#, #"{"id": 2, "items": []}"#,
        #"{"id": 3, "items": {"sku": "no array"}}"#, #"{"id": 4"#,
        #"{"id": 5, "items": [{"sku": "c"}, 7]}"#, #"{"id": 6}"#,
    ]

    @Test(
        "rows have the line and the place of their object, whatever the chunks",
        arguments: [1, 7, 64, .max]
    )
    func lines(chunk: Int) throws {
        let text = Self.objects.joined(separator: "\n")
        let rows = try readJSON(
            Array(text.utf8),
            columns: Self.columns,
            format: .jsonLines(Self.expanding),
            chunk: chunk
        )
        #expect(
            rows.map(\.fields) == [
                ["1", "é", "2"], ["1", "b", "2"], ["", "", ""], ["", "", ""], ["5", "c", "2"],
                ["5", "", ""],
            ]
        )
        #expect(rows.map(\.line) == [1, 1, 3, 4, 5, 5])
        #expect(rows.map { $0.fault ?? "" } == ["", "", "shape", "json", "", "json"])
        let starts = rows.map { text.utf8.index(text.startIndex, offsetBy: $0.byteOffset) }
        #expect(
            zip(starts, [0, 0, 2, 3, 4, 4])
                .allSatisfy { text[$0.0...].hasPrefix(Self.objects[$0.1]) }
        )
        // What is kept of a row is the row; of what is none, the object.
        #expect(rows[0].raw == #"{"id": 1, "items": {"sku": "é"},"count":2}"#)
        #expect(rows[2].raw == Self.objects[2])
        #expect(rows[3].raw == Self.objects[3])
    }

    @Test("so have those of a document, by its lines", arguments: [1, 5, .max])
    func document(chunk: Int) throws {
        let text = """
            {"data": [
              {"id": 1,
               "items": [{"sku": "a"}, {"sku": "b"}]}, 5,
              {"id": 2, "items": [{"sku": "c"}]}
            ]}
            """
        let rows = try readJSON(
            Array(text.utf8),
            columns: ["id", "items.sku"],
            format: .json(rows: JSONPath("data"), Self.shape()),
            chunk: chunk
        )
        #expect(rows.map(\.fields) == [["1", "a"], ["1", "b"], ["", ""], ["2", "c"]])
        #expect(rows.map(\.line) == [2, 2, 3, 4])
        #expect(rows[2].fault == "json")
    }

    @Test("a reject is replayed by itself, without the shape", arguments: [0, 1])
    func replay(row: Int) throws {
        let format = Format.jsonLines(Self.expanding)
        let rows = try readJSON(
            Array(Self.objects[0].utf8),
            columns: Self.columns,
            format: format
        )
        for kept in [format, .jsonLines()] {
            var reader = SingleRecordReader(kept, columns: Self.columns.exact)
            let read = reader.read(Array(rows[row].raw.utf8))
            let batch = try #require(read)
            #expect(Record(batch.rows[0], of: batch).fields == rows[row].fields)
        }
    }

    @Test(
        "an array with more rows than a batch has room for comes in several, also behind the last line's end",
        arguments: ["", "\n{\"id\": 2, \"items\": [9]}\n"]
    )
    func batches(rest: String) throws {
        let count = 60_000
        let items = (0..<count).map(String.init).joined(separator: ",")
        let text =
            #"{"id": 1, "note": "\#(String(repeating: "x", count: 40))", "items": [\#(items)]}"#
        let bytes = Array((text + rest).utf8)
        let layout = RowLayout([
            .value(ValuePlan(name: "item", source: "items", type: .text))
        ])
        var reader = Format.jsonLines(Self.shape())
            .decoder(name: "a.jsonl", input: 0, layout: layout)
        var batches: [RowBatch] = []
        func keep(_ batch: RowBatch?) { if let batch { batches.append(batch) } }
        keep(try reader.read(bytes.span))
        while reader.hasMore { keep(try reader.read([UInt8]().span)) }
        keep(try reader.finish())
        while reader.hasMore { keep(try reader.read([UInt8]().span)) }
        let fields = batches.flatMap { batch in
            batch.rows.map { Record($0, of: batch).fields[0] }
        }
        #expect(fields == (0..<count).map(String.init) + (rest.isEmpty ? [] : ["9"]))
        #expect(batches.count > 3)
        #expect(batches.allSatisfy { $0.bytes.count < (1 << 20) + 1_000 })
    }

    /// An object of two rows, beside whose elements stands more than rows repeat of what nobody reads.
    private static func large(_ rest: String, rows: Int = 2) -> String {
        let note = String(repeating: "x", count: RowShaping.mostUnread / rows + 1)
        let items = (0..<rows).map { #"{"sku":\#($0),"more":1}"# }.joined(separator: ",")
        return #"{"id":1,"note":"\#(note)",\#(rest)"order":{"note":2,"items":[\#(items)]}}"#
    }

    private static let largeShape = shape(
        "order.items",
        [("n", "count(order.items)"), ("m", "id")]
    )
    private static let largeColumns = ["id", "order.items.sku", "n", "buyer.city", "a\\.b"]

    @Test(
        "what no column reads is left out of rows that would repeat much of it, and nothing else",
        arguments: [
            ("", ""), (#""buyer":{"city":"é","age":5},"#, #""buyer":{"city":"é"},"#),
            (#""buyer":null,"a.b":"\u0041","#, #""buyer":null,"a.b":"\u0041","#),
            (#""\u0061.b":[7],"#, #""a.b":[7],"#),
            (
                #""buyer":{"city":1,"city":2,"city":3},"#, #""buyer":{"city":1,"city":2},"#
            ),
        ]
    )
    func excerpt(_ rest: String, _ kept: String) throws {
        let rows = try readJSON(
            Array(Self.large(rest).utf8),
            columns: Self.largeColumns,
            format: .jsonLines(Self.largeShape)
        )
        #expect(
            rows.map(\.raw)
                == (0..<2)
                .map {
                    #"{"id":1,\#(kept)"order":{"items":{"sku":\#($0),"more":1}},"n":2,"#
                        + #""longshore: left out":"what no column reads"}"#
                }
        )
        let small = try readJSON(
            Array(Self.large(rest, rows: 1).utf8.filter { $0 != UInt8(ascii: "x") }),
            columns: Self.largeColumns,
            format: .jsonLines(Self.largeShape)
        )
        #expect(small.count == 1)
        #expect(small[0].raw.contains(#""note":"""#))
        #expect(rows[0].fault == small[0].fault)
        #expect(rows[0].fields[0] == small[0].fields[0])
        #expect(rows[0].fields.suffix(2) == small[0].fields.suffix(2))
    }

    @Test("where all is read nothing is left out, and nothing says so")
    func allRead() throws {
        let rows = try readJSON(
            Array(Self.large("").utf8),
            columns: ["id", "note", "order.note", "order.items", "n", "m"],
            whole: ["order.items"],
            format: .jsonLines(Self.largeShape)
        )
        #expect(rows.map { $0.fields[3] } == (0..<2).map { #"{"sku":\#($0),"more":1}"# })
        #expect(rows.allSatisfy { $0.raw.hasSuffix(#""n":2,"m":1}"#) && $0.fault == nil })
    }

    @Test("an object whose rows would repeat what they read without measure is a bomb, and refused")
    func bomb() throws {
        let note = String(repeating: "x", count: 1_000_000)
        let items = String(repeating: "1,", count: 1_000) + "1"
        let text = #"{"note":"\#(note)","items":[\#(items)]}"#
        let rows = try readJSON(
            Array(text.utf8),
            columns: ["note", "items"],
            format: .jsonLines(Self.shape())
        )
        #expect(rows.map(\.fault) == ["shape"])
        #expect(rows.map(\.raw) == [text])
        let unread = try readJSON(
            Array(text.utf8),
            columns: ["items"],
            format: .jsonLines(Self.shape())
        )
        #expect(unread.count == 1_001)
        #expect(unread.reduce(0) { $0 + $1.raw.utf8.count } < 100_000)
    }

    @Test("what fields add to an object counts with it")
    func limits() throws {
        let limits = CSVLimits(fieldBytes: 50, recordBytes: 60)
        func read(_ text: String, _ fields: [(String, String)]) throws {
            var reader = JSONLinesReader(
                name: "a.jsonl",
                input: 0,
                shape: Self.shape(nil, fields),
                columns: JSONColumns(keeping: ["a"]),
                limits: limits
            )
            _ = try reader.read(Array(text.utf8).span)
            _ = try reader.finish()
        }
        let text = #"{"a":"0123456789012345678901234567890123456789"}"#
        #expect(code { try read(text, [("n", "count(none)")]) } == nil)
        #expect(code { try read(text, [("b", "a")]) } == .tooLarge)
    }

    @Test("where no layout tells the columns, they are those of the first rows")
    func columns() throws {
        var reader = JSONLinesReader(
            name: "a.jsonl",
            input: 0,
            shape: Self.expanding,
            columns: nil
        )
        _ = try reader.read(Array((Self.objects.joined(separator: "\n") + "\n").utf8).span)
        #expect(reader.header == ["id", "items", "items.sku", "count"])
    }
}
