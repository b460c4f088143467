import TestSupport
import Testing

@testable import ObjectStorage

@Suite("XML of object stores")
struct XMLDocumentTests {
    @Test("elements, text, entities, CDATA and comments are read")
    func reading() throws {
        let text = """
            \u{feff}<?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment -->
            <List xmlns="http://x/" a='>'>
              <Key>a&amp;b&lt;&#x41;&#66;&quot;</Key><Empty/><Flag >true</Flag >
              <Key><![CDATA[<raw>&amp;]]> é<!-- no --></Key>
            </List>

            """
        let root = try XMLDocument.root(of: Array(text.utf8))
        #expect(root.name == "List")
        #expect(root.children.map(\.name) == ["Key", "Empty", "Flag", "Key"])
        #expect(root.children.map(\.text) == ["a&b<AB\"", "", "true", "<raw>&amp; é"])
        #expect(root.says("Flag") == true)
    }

    @Test(
        "what is no plain XML is refused",
        arguments: [
            "", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&nbsp;</a>", "<a>&</a>", "<a b></a>",
            "<a b=c></a>", "<a b=\"></a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<1/>", "</a>",
            "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>",
            "<!DOCTYPE a><a/>", "<a><!DOCTYPE b></a>", "<a/>text", "<a><![CDATA[</a>", "<a <b/>>",
        ]
    )
    func refused(text: String) {
        #expect(throws: XMLFault.self) { try XMLDocument.root(of: Array(text.utf8)) }
    }

    @Test("depth is bounded, and bytes that are no UTF-8 are refused")
    func bounds() throws {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(throws: XMLFault.self) { try XMLDocument.root(of: Array(deep.utf8)) }
        #expect(throws: XMLFault.self) {
            try XMLDocument.root(of: Array("<a>".utf8) + [0xff] + Array("</a>".utf8))
        }
    }

    @Test("answers that were damaged anywhere end as faults or elements, and never as crashes")
    func damaged() {
        let text = Array(
            "<?xml v='1'?><L a=\"b\"><K>x&amp;&#65;</K><![CDATA[y]]><!--z--><E/></L>".utf8
        )
        var generator = SeededGenerator(seed: 55)
        for _ in 0..<5_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1 where bytes.count > 1: bytes.remove(at: place)
                default: bytes = Array(bytes[..<max(place, 1)])
                }
            }
            _ = try? XMLDocument.root(of: bytes)
        }
    }

    @Test("a fault of a store is its code; its message, which repeats what was signed, is not kept")
    func faults() throws {
        let text =
            "<Error><Code>X</Code><Region>eu-west-1</Region><Message>s3cret</Message></Error>"
        let root = try XMLDocument.root(of: Array(text.utf8))
        #expect(StoreFault(root) == StoreFault(code: "X", region: "eu-west-1"))
        #expect(StoreFault(XMLElement(name: "html", text: "no")) == nil)
        #expect(StoreFault(code: "X", region: "a.evil.com/").region == nil)
    }
}
