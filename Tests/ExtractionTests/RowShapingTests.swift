import Pipelines
import Rows
import TestSupport
import Testing

@testable import Extraction

@Suite("What becomes of objects before they are rows")
struct RowShapingTests {
    private static func rows(
        _ document: String,
        expand: String? = nil,
        _ fields: [(String, String)] = []
    ) -> [String] {
        var shape = RowShape()
        shape.expand = expand.map { JSONPath($0) }
        shape.fields = fields.map { name, text in
            let content = ElementRule(text).map { RowField.Content.elements($0) }
            return RowField(name: name, content: content ?? .path(JSONPath(text)))
        }
        var object = RowShaping(shape: shape)
            .object(Array(document.utf8), at: JSONRecords.Place(line: 1, byteOffset: 0))
        var rows: [String] = []
        var bytes: [UInt8] = []
        while object.writeNext(to: &bytes) {
            rows.append(
                object.refusal.map { "! " + $0.reason } ?? String(decoding: bytes, as: UTF8.self)
            )
            bytes = []
        }
        return rows
    }

    @Test("each element of an array stands in the array's place, the rest is kept")
    func expanding() throws {
        let text = #"{"id": 1, "a": {"b": [{"t":"x"}, 2] }, "c": [3]}"#
        #expect(
            Self.rows(text, expand: "a.b") == [
                #"{"id": 1, "a": {"b": {"t":"x"} }, "c": [3]}"#,
                #"{"id": 1, "a": {"b": 2 }, "c": [3]}"#,
            ]
        )
        for none in [#"{"id": 1}"#, #"{"a": []}"#, #"{"a": null}"#, #"{"a": {"b": 1}}"#] {
            let path = none.contains("b") ? "x" : "a"
            #expect(Self.rows(none, expand: path) == [])
        }
        #expect(
            Self.rows(#"{"a": 1}"#, expand: "a") == ["! `a` is no array, and is to be expanded"]
        )
    }

    @Test("what is no object, or has one thing twice, is refused and does not vanish")
    func doubts() {
        let twice = ["! `a` stands in it twice"]
        #expect(Self.rows(#"{"a": [1], "a": [2]}"#, expand: "a") == twice)
        #expect(Self.rows(#"{"a": [1], "\u0061": [2]}"#, [("s", "sum(a)")]) == twice)
        #expect(Self.rows(#"{"a": 1, "a": 2}"#, [("s", "a")]) == twice)
        #expect(
            Self.rows(#"{"a": 5}"#, expand: "a.b")
                == ["! `a.b` is not there: what should hold it is no object"]
        )
        #expect(Self.rows(#"{"a": null}"#, expand: "a.b") == [])
        for text in ["[1]", "5"] {
            let none = ["! it is no JSON: an object is expected at byte 1"]
            #expect(Self.rows(text, expand: "a") == none)
            #expect(Self.rows(text, [("a", "x")]) == none)
        }
        #expect(
            Self.rows(#"{"a": [1}"#, expand: "a")
                == ["! it is no JSON: `,` or `]` is expected at byte 9"]
        )
    }

    @Test("fields are added, or take the place of what is called so")
    func fields() throws {
        let text = #"{"id": 1, "v": {"w": "z\"é"}}"#
        #expect(
            Self.rows(text, [("w", "v.w"), ("id", "v"), ("n\"", "no.where")]) == [
                #"{"id": {"w": "z\"é"}, "v": {"w": "z\"é"},"w":"z\"é","n\"":null}"#
            ]
        )
        #expect(Self.rows("{}", [("a", "x")]) == [#"{"a":null}"#])
    }

    @Test(
        "elements are summed, counted and chosen exactly",
        arguments: [
            ("sum(a[t in ('buy', 'sign')].v)", "3.30"), ("sum(a[t = 'buy'].v)", "1.1"),
            ("sum(a[t != 'buy'].v)", "12.20"), ("sum(a[t not in ('buy', 'x')].v)", "2.20"),
            ("count(a[t = 'buy'])", "1"), ("count(a)", "3"), ("first(a[t = 'sign'].v)", "\"2.20\""),
            ("first(a[t = 'none'].v)", "null"), ("sum(none.v)", "0"), ("sum(a.v)", "13.30"),
            ("sum(n[t = 'o''x'].v)", "0"),
        ]
    )
    func elements(_ rule: String, _ value: String) throws {
        let text =
            #"{"a":[{"t":"buy","v":1.1},{"t":"sign","v":"2.20"},{"t":"x","v":1e1}],"n":null}"#
        let read = try #require(ElementRule(rule))
        #expect(ElementRule(read.text) == read)
        let row = try #require(Self.rows(text, [("s", rule)]).first)
        #expect(row.hasSuffix(",\"s\":\(value)}"), "\(row)")
    }

    @Test("what is no number is refused where it is summed, with its row")
    func noNumbers() throws {
        for value in ["\"x\"", "true", "1e400", "[1]", "123456789012345678901234567890123456789"] {
            let rows = Self.rows(#"{"a":[{"v":\#(value)}]}"#, [("s", "sum(a.v)")])
            #expect(rows == ["! a value of the sum `s` is no number that can be added"])
        }
    }

    @Test("an element without members is refused where a member of it is read")
    func noMembers() {
        for elements in ["[{\"v\":1}],[{\"v\":2}]", "5", "\"x\"", "true"] {
            let text = #"{"l":[\#(elements)]}"#
            for rule in ["sum(l.v)", "first(l.v)", "count(l[v = 'x'])"] {
                let rows = Self.rows(text, [("s", rule)])
                #expect(rows.first?.hasPrefix("! ") == true, "\(text) \(rule) \(rows)")
            }
        }
        #expect(
            Self.rows(#"{"l":[null,{"v":2}]}"#, [("s", "sum(l.v)")]).first?.hasSuffix("\"s\":2}")
                == true
        )
    }

    @Test(
        "texts that are no rules are none",
        arguments: [
            "sum(a", "max(a.v)", "sum(a[t in ()].v)", "sum(a[t = x].v)", "sum(a[t].v)",
            "count(a[t='x'].v)",
            "sum(a[t = 'x' or u = 'y'].v)", "a.b",
        ]
    )
    func none(_ text: String) { #expect(ElementRule(text) == nil) }

    @Test("sums of decimals are exact, with their digits behind the point", arguments: 0..<200)
    func sums(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (sum, cents) = (DecimalSum(), 0)
        for _ in 0..<50 {
            let value = Int.random(in: -99_999...99_999, using: &generator)
            cents += value
            let digits = String(abs(value) + 1_000_000).dropFirst()
            let sign = value < 0 ? "-" : ""
            let isAdded = sum.add("\(sign)\(digits.dropLast(2)).\(digits.suffix(2))")
            #expect(isAdded)
        }
        let whole = abs(cents)
        let expected =
            "\(cents < 0 ? "-" : "")\(whole / 100)."
            + String(whole % 100 + 100).dropFirst()
        #expect(sum.text == expected)
    }

    @Test("a sum has 38 digits; what would make it longer is not added")
    func longSums() {
        var sum = DecimalSum()
        let half = "6" + String(repeating: "0", count: 37)
        let parts = [(half, true), (half, false), ("1e37", true), ("0.1", false), ("-1e37", true)]
        for (part, isAdded) in parts {
            let wasAdded = sum.add(part)
            #expect(wasAdded == isAdded, "\(part)")
        }
        #expect(sum.text == half)
    }

    @Test("an address of the field `Link` is found by its relation")
    func links() {
        let field =
            #"<https://h/a?x=1,2>; rel="prev first"; title="a, b; rel=next", </b>; REL=next, <c>"#
        #expect(LinkField.target(field, relation: "next") == "/b")
        #expect(LinkField.target(field, relation: "first") == "https://h/a?x=1,2")
        #expect(LinkField.target(field, relation: "last") == nil)
        #expect(LinkField.target("<", relation: "next") == nil)
        let titled = #"</d>; title="a\"; rel=last; b" ; rel = next; rel=first"#
        #expect(LinkField.target(titled, relation: "next") == "/d")
        #expect(LinkField.target(titled, relation: "last") == nil)
        #expect(LinkField.target(titled, relation: "first") == nil)
        // A mark behind a sign makes no other sign of it.
        let marked = "</e>; title=\"a\u{301}\"; x=\"\u{301}\";\u{301}=1; rel=\"next\""
        #expect(LinkField.target(marked, relation: "next") == "/e")
    }
}
