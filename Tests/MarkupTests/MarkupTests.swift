import TestSupport
import Testing

@testable import Markup

@Suite("Markup")
struct MarkupTests {
    @Test("is written as its parts stand below each other", arguments: [true])
    func written(isShort: Bool) {
        let rows = [("a", 1), ("b", 2)]
        let markup = table(.class("list"), isShort ? .label("short") : nil) {
            for (name, count) in rows {
                tr {
                    td { name }
                    td(.class("num")) { count }
                }
            }
            if !isShort { tr { td { "more" } } }
        }
        #expect(
            markup.text == """
                <table class="list" aria-label="short"><tr><td>a</td><td class="num">1</td></tr>\
                <tr><td>b</td><td class="num">2</td></tr></table>
                """
        )
        #expect(br().text == "<br>")
        #expect(input(.name("x"), .flag("required")).text == "<input name=\"x\" required>")
    }

    @Test(
        "shows every text as it is, also where a sign of markup hides in a letter",
        arguments: [
            ("<script>", "&lt;script&gt;"), ("\"'&", "&quot;&#39;&amp;"),
            ("\u{0600}<", "\u{0600}&lt;"), ("<\u{0301}", "&lt;\u{0301}"),
            ("\"\u{200D}x", "&quot;\u{200D}x"), ("a\r\n", "a&#13;\n"),
            ("\0\u{1B}[1m", "\u{FFFD}\u{FFFD}[1m"),
        ]
    )
    func escaped(_ text: String, _ shown: String) {
        #expect(p { text }.text == "<p>\(shown)</p>")
        #expect(p(.title(text)).text == "<p title=\"\(shown)\"></p>")
    }

    @Test("leads only to pages of this program")
    func links() {
        #expect(Link().text == "/")
        #expect(Link("loads", "131").with("state", "failed").text == "/loads/131?state=failed")
        #expect(Link("loads").with("state", "failed").with("state", nil).text == "/loads")
        #expect(Link("x").adding("of", "a&b").adding("of", "c=d").text == "/x?of=a%26b&of=c%3Dd")
        let values = ["id": "../x?y#z", "host": "//evil.example"]
        #expect(
            Link(template: "/tables/{id}/rows", values: values).text
                == "/tables/..%2Fx%3Fy%23z/rows"
        )
        #expect(
            Link(template: "/{host}?of={id}&b=1", values: values).text
                == "/%2F%2Fevil.example?of=..%2Fx%3Fy%23z&b=1"
        )
        #expect(Link(template: "//evil.example/{no}", values: [:]).text == "/evil.example/")
        for hostile in [
            "//evil.example", "javascript:alert(1)", "..", ".", "a/../b", "\\\\x",
            "\r\nSet-Cookie: a=b",
        ] {
            let text = Link("tables", hostile).text
            #expect(text.utf8.starts(with: "/tables/".utf8))
            #expect(
                !text.utf8.dropFirst("/tables/".utf8.count)
                    .contains { "/:\\\r\n".utf8.contains($0) }
            )
            #expect(text != "/tables/.." && text != "/tables/.")
        }
    }

    @Test("a line of a tip cannot make another")
    func tips() {
        let attribute = Attribute.tip("fact|x=1", ["rows": "1|state=loaded"])
        #expect(attribute.pairs.first?.value == "fact/x=1|rows=1/state=loaded")
    }
}
