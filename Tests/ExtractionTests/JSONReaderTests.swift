import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("JSON lines")
struct JSONReaderTests {
    private func read(
        _ text: String,
        _ columns: [String]?,
        whole: Set<String> = [],
        format: Format = .jsonLines(),
        chunk: Int = .max
    ) throws -> [Record] {
        try readJSON(Array(text.utf8), columns: columns, whole: whole, format: format, chunk: chunk)
    }

    private func reason(_ text: String, _ columns: [String] = ["a", "b"]) throws -> String? {
        var reader = JSONLinesReader(
            name: "a.jsonl",
            input: 0,
            columns: JSONColumns(RowLayout(columns.map(Self.column)))
        )
        let batches = [
            try reader.read(Array(text.utf8).span), try reader.finish(),
        ]
        return batches.compactMap(\.self).flatMap(\.faults).first?.reason
    }

    private static func column(_ name: String) -> RowLayout.Output {
        .value(ValuePlan(name: name, source: ExactText(name), type: .text))
    }

    @Test(
        "have their values at paths; numbers keep their digits, null and what is absent are nothing"
    )
    func values() throws {
        let rows = try read(
            """
            {"id": 1, "total": 12.50, "customer": {"id": "c1", "city": null}, "paid": true}
            {"paid":false,"id":9007199254740993,"customer":{"city":"Bogotá","more":[1,{}]}}
            {"total": -1.0e-3, "id": "", "customer": null}
            """,
            ["id", "total", "customer.id", "customer.city", "paid"]
        )
        #expect(
            rows.map(\.fields) == [
                ["1", "12.50", "c1", "", "true"], ["9007199254740993", "", "", "Bogotá", "false"],
                ["", "-1.0e-3", "", "", ""],
            ]
        )
        #expect(rows.allSatisfy { $0.fault == nil })
    }

    @Test("have texts without their escapes, and names that hold points")
    func texts() throws {
        let rows = try read(
            #"{"a": "x\"\\\/\n\u00e9\ud83d\ude00", "b.c": "point", "\u0064": "named by its escape"}"#,
            ["a", #"b\.c"#, "d"]
        )
        #expect(rows.map(\.fields) == [["x\"\\/\né😀", "point", "named by its escape"]])
    }

    @Test("are told apart by any line end, whatever the chunks", arguments: [1, 2, 7, .max])
    func lines(chunk: Int) throws {
        let text = "\u{feff}{\"a\":1}\r\n\n  \n {\"a\":2} \n{\"a\":\"line\\nend\"}"
        let rows = try read(text, ["a"], chunk: chunk)
        #expect(rows.map(\.fields) == [["1"], ["2"], ["line\nend"]])
        #expect(rows.map(\.line) == [1, 4, 5])
        #expect(rows.map(\.byteOffset) == [3, 16, 26])
        #expect(rows.map(\.raw) == [#"{"a":1}"#, #" {"a":2}"#, #"{"a":"line\nend"}"#])
    }

    @Test("that are no objects are faulty rows with their text, and the next line is read")
    func faults() throws {
        let text = """
            {"a": 1
            [1]
            "text"
            {"a": 1} {"a": 2}
            {"a": "open}
            {"a": 01}
            {'a': 1}
            {"a": 1,}
            {"a": "\\ud800"}
            {"a": 7}
            """
        let rows = try read(text, ["a"])
        #expect(rows.map { $0.fault ?? "" } == Array(repeating: "json", count: 9) + [""])
        #expect(rows.map(\.raw) == text.split(separator: "\n").map(String.init))
        #expect(rows.last?.fields == ["7"])
    }

    @Test(
        "say what is wrong and where",
        arguments: [
            (#"{"a": 1"#, "it is no JSON: `,` or `}` is expected at byte 8"),
            (#"{"a" 1}"#, "it is no JSON: `:` is expected at byte 6"),
            (#"{"a": x}"#, "it is no JSON: a value is expected at byte 7"),
            (#"{"a": "\x"}"#, #"it is no JSON: the `\` at byte 8 escapes nothing"#),
            (#"{"a": "\udc00"}"#, "the escape at byte 8 is half of a character"),
            (#"{"a": 1, "a": 2}"#, "`a` stands in it twice"),
            (#"{"a": 1} 2"#, "something follows the object at byte 10"),
            ("[1]", "it is no JSON: an object is expected at byte 1"),
        ]
    )
    func reasons(line: String, expected: String) throws {
        #expect(try reason(line) == expected)
    }

    @Test("are refused where a column is an object or array, unless its type is json")
    func nested() throws {
        let text = #"{"a": [1, "x"], "b": "t"}"#
        #expect(try reason(text)?.hasPrefix("`a` is an object or an array") == true)
        let rows = try read(text, ["a", "b"], whole: ["a", "b"])
        #expect(rows.map(\.fields) == [[#"[1, "x"]"#, #""t""#]])
        #expect(
            try reason(#"{"a": 5}"#, ["a.x"])
                == "`a.x` is not there: what should hold it is no object"
        )
        #expect(try reason(#"{"a": null}"#, ["a.x"]) == nil)
    }

    @Test("may hold anything in what is not read, as deep as it is JSON")
    func unread() throws {
        let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(try reason(#"{"x": \#(deep), "a": 1, "x": {"a": 2}}"#) == nil)
        let deeper = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
        #expect(try reason(#"{"x": \#(deeper)}"#) == "at byte 518 it is nested more than 512 deep")
    }

    @Test("keep their order of names for speed only")
    func order() throws {
        var lines: [String] = []
        for number in 0..<400 {
            let members = [
                "\"a\":\(number)", "\"a name of more than eight bytes\":\"t\(number)\"", "\"z\":{}",
            ]
            let shift = number % 3
            let extra = number % 5 == 0 ? ["\"extra\(number)\":1"] : []
            lines.append(
                "{" + (members[shift...] + extra + members[..<shift]).joined(separator: ",") + "}"
            )
        }
        let rows = try read(
            lines.joined(separator: "\n"),
            ["a name of more than eight bytes", "a"]
        )
        #expect(rows.map(\.fields) == (0..<400).map { ["t\($0)", "\($0)"] })
    }

    @Test("are bounded like CSV, and in UTF-8 only")
    func limits() throws {
        let limits = CSVLimits(fieldBytes: 10, recordBytes: 40)
        func read(_ text: String) throws {
            var reader = JSONLinesReader(
                name: "a.jsonl",
                input: 0,
                columns: JSONColumns(keeping: ["a"]),
                limits: limits
            )
            _ = try reader.read(Array(text.utf8).span)
            _ = try reader.finish()
        }
        #expect(code { try read(#"{"a":"0123456789"}"#) } == nil)
        #expect(code { try read(#"{"a":"01234567890"}"#) } == .tooLarge)
        #expect(code { try read(#"{"b":"\#(String(repeating: "x", count: 40))"#) } == .tooLarge)
        let utf16: [UInt8] = [0xff, 0xfe, 0x7b, 0, 0x7d, 0, 0x0a, 0]
        #expect(code { _ = try readJSON(utf16, columns: ["a"]) } == .encoding)
    }

    @Test("tell their columns where no layout does: what the first ones have")
    func found() throws {
        let text = """
            {"id": 1, "who": null, "tags": ["a"], "a.b": 1}
            {"id": 2, "who": {"name": "Ana", "at": {"city": "Cali"}}, "late": true}
            broken
            """
        var reader = JSONLinesReader(name: "a.jsonl", input: 0, columns: nil)
        let batch = try #require(try reader.read(Array((text + "\n").utf8).span))
        #expect(
            reader.header == ["id", "tags", #"a\.b"#, "who.name", "who.at.city", "late"]
        )
        #expect(
            batch.rows.map { Record($0, of: batch).fields }.prefix(2) == [
                ["1", #"["a"]"#, "1", "", "", ""], ["2", "", "", "Ana", "Cali", "true"],
            ]
        )
        var empty = JSONLinesReader(name: "a.jsonl", input: 0, columns: nil)
        #expect(try empty.finish()?.rows.count == nil)
        #expect(empty.header == [])
    }

    @Test("that were kept whole are read again as they were")
    func record() throws {
        let raw = Array(#"{"id": 7, "who": {"name": "Ana"}, "tags": [1]}"#.utf8)
        let columns = ["who.name", "id", "tags"]
        var reader = SingleRecordReader(.jsonLines(), columns: columns.exact)
        let read = reader.read(raw)
        let batch = try #require(read)
        #expect(Record(batch.rows[0], of: batch).fields == ["Ana", "7", "[1]"])
        let layout = RowLayout(columns.map(Self.column))
        reader = SingleRecordReader(.jsonLines(), columns: columns.exact, layout: layout)
        let again = reader.read(raw)
        let judged = try #require(again)
        #expect(judged.faults.map(\.rule) == ["json"])
    }
}
