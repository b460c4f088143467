import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("JSON with rows at a path")
struct JSONRowsTests {
    private func read(
        _ text: String,
        rows: String? = nil,
        chunk: Int = .max
    ) throws -> [Record] {
        try readJSON(
            Array(text.utf8),
            columns: ["id"],
            format: .json(rows: rows.map { JSONPath($0) }),
            chunk: chunk
        )
    }

    private func problem(_ text: String, rows: String? = nil) -> String? {
        do {
            _ = try read(text, rows: rows)
            return nil
        } catch {
            return (error as? ExtractionError)?.message
        }
    }

    @Test("has the objects of the array, with their lines and places", arguments: [1, 3, .max])
    func rows(chunk: Int) throws {
        let text = """
            {
              "rows": [{"id": "not these"}],
              "data": {"note": "a ] \\" } in it", "rows": [
                {"id": 1},
                {"id": "two",
                 "more": [[], {"rows": 3}]} , {"id": 3}
              ], "after": {"rows": []}}, "count": 3
            }

            """
        let rows = try read(text, rows: "data.rows", chunk: chunk)
        #expect(rows.map(\.fields) == [["1"], ["two"], ["3"]])
        #expect(rows.map(\.line) == [4, 5, 6])
        #expect(rows[0].raw == #"{"id": 1}"#)
        let start = try #require(text.firstRange(of: #"{"id": 3}"#)).lowerBound
        #expect(rows[2].byteOffset == text.utf8.distance(from: text.startIndex, to: start))
    }

    @Test("may be the array itself, and may be empty")
    func topLevel() throws {
        #expect(try read(#"[{"id":1},{"id":2}]"#).map(\.fields) == [["1"], ["2"]])
        #expect(try read(" [ ] ") == [])
        #expect(try read("\u{feff}[{}]").map(\.fields) == [[""]])
    }

    @Test("rejects a row that is none, and goes on")
    func faults() throws {
        let rows = try read(#"[{"id": 1,}, 5, null, "x", {"id": tru}, [], {"id": 2}]"#)
        #expect(rows.map { $0.fault == nil } == [false, false, false, false, false, false, true])
        #expect(rows.map(\.raw).prefix(4) == [#"{"id": 1,}"#, "5", "null", #""x""#])
    }

    @Test("is refused where the rows cannot be found, or told apart")
    func problems() {
        #expect(
            problem(#"{"data": []}"#)?.contains("does not begin with `[`: say by `rows`") == true
        )
        #expect(
            problem(#"{"a": 1}"#, rows: "data")
                == "reading `test.json`: on line 1, `rows: data` is not in it"
        )
        #expect(
            problem("{\n\"data\": 5}", rows: "data")
                == "reading `test.json`: on line 2, `rows: data` does not lead to an array in it"
        )
        #expect(
            problem("[{\"id\":1},\n{\"id\":2}")
                == "reading `test.json`: on line 2, it ends in the middle"
        )
        #expect(problem(#"[{"id":1} {"id":2}]"#)?.contains("`,` or `]` is expected") == true)
        for text in [#"[{"id":1},]"#, "[,]", "[}]"] {
            #expect(problem(text)?.contains("a row is expected") == true, "\(text)")
        }
        #expect(problem("[] []")?.contains("something follows it") == true)
        #expect(problem("")?.contains("it ends in the middle") == true)
        #expect(
            problem(#"{"data": [] ]"#, rows: "data")?.contains("`,` or `}` is expected") == true
        )
    }

    @Test("is refused where the way to the rows stands twice, or no JSON is behind them")
    func behind() throws {
        for text in [
            #"{"data":[{"id":"a"}],"data":[{"id":"b"}]}"#, #"{"data":[],"x":1,"d\u0061ta":[]}"#,
        ] {
            #expect(problem(text, rows: "data")?.contains("stands in it twice") == true, "\(text)")
        }
        let outer = #"{"a":{"data":[{"id":1}],"x":2},"a":{"data":[]}}"#
        #expect(problem(outer, rows: "a.data")?.contains("stands in it twice") == true)
        for text in [
            #"{"data":[] ,, "x":1}"#, #"{"data":[] "x":1}"#, #"{"data":[],}"#, #"{"data":[], : 1}"#,
            #"{"data":[], "x" nonsense}"#,
        ] {
            #expect(problem(text, rows: "data") != nil, "\(text)")
        }
        let good =
            #"{"a":{"y":[1,{"data":0}],"data":[{"id":1},{"id":2}],"x":{"data":[3]}},"b":[],"c":"}"}"#
        #expect(try read(good, rows: "a.data").count == 2)
    }

    @Test(
        "a file's format is told by its first bytes",
        arguments: [
            (#"{"a": 1}"# + "\n" + #"{"a": 2}"#, Format.jsonLines()), (#"{"a": 1}"#, .jsonLines()),
            (#"[{"a": 1}]"#, .json(rows: nil)),
            (
                #"{"n": {"x": 1}, "data": {"items": [{"a": 1}]}}"#,
                .json(rows: JSONPath("data.items"))
            ),
            ("{\n  \"rows\": [\n    {\"a\"", .json(rows: JSONPath("rows"))),
            ("a,b\n1,2\n", .csv(CSVDialect())), ("{a},{b}\n1,2\n", .csv(CSVDialect())),
        ]
    )
    func guess(text: String, format: Format) {
        #expect(FormatGuess(Array(text.utf8)).format == format)
    }
}
