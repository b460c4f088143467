import Rows
import Testing

@Suite("Texts, booleans, UUIDs, JSON")
struct TextTests {
    @Test("text is stored as it is")
    func text() throws {
        for text in ["a", " blanks ", "ñandú", "日本", "🚢", "\\.", "line\nline", "'; drop table"] {
            #expect(try encode(text, as: .text) == .value(Array(text.utf8)))
        }
    }

    @Test("an empty field is null, of every type")
    func empty() throws {
        for type: ColumnType in [
            .text, .integer, .decimal(precision: 5, scale: 2), .float, .boolean, .uuid, .json,
            .date(format: .isoDate), .timestamp(format: .isoTimestamp, zone: "UTC"),
        ] {
            #expect(try encode("", as: type) == .null)
        }
    }

    @Test(
        "bytes that are not UTF-8, and NUL, are refused",
        arguments: [
            [0xff], [0xc3], [0xc3, 0x28], [0x61, 0x00], [0xc0, 0x80], [0xe0, 0x80, 0x80],
            [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0x80],
            Array("a long text that has its fault at the end ".utf8) + [0xe2, 0x82],
        ] as [[UInt8]]
    )
    func badEncoding(bytes: [UInt8]) throws {
        #expect(try encode(bytes: bytes, as: .text).rule == "encoding")
        #expect(try encode(bytes: bytes, as: .text, cleaning: [.trim]).rule == "encoding")
        #expect(try encode(bytes: bytes, as: .json).rule == "encoding")
        #expect(try encode(bytes: [0x31] + bytes, as: .integer).rule == "encoding")
    }

    @Test("random bytes are text exactly when the standard library says so")
    func randomEncoding() throws {
        var random = Xorshift(seed: 3)
        let pieces: [[UInt8]] = [
            [0x61], [0xc3, 0xb1], [0xe2, 0x82, 0xac], [0xf0, 0x9f, 0x9a, 0xa2], [0x80], [0xc3],
            [0xed, 0xa0],
        ]
        for _ in 0..<5_000 {
            let bytes = (0..<1 + random.below(12))
                .flatMap { _ in
                    pieces[random.below(random.below(4) == 0 ? 7 : 4)]
                }
            let isText = String(validating: bytes, as: UTF8.self) != nil
            #expect((try encode(bytes: bytes, as: .text).bytes == bytes) == isText)
        }
    }

    @Test(
        "the words of a boolean are read in any case",
        arguments: [
            ("true", 1), ("T", 1), ("YES", 1), ("y", 1), ("1", 1), ("tRuE", 1), ("false", 0),
            ("F", 0),
            ("no", 0), ("N", 0), ("0", 0),
        ] as [(String, UInt8)]
    )
    func boolean(text: String, value: UInt8) throws {
        #expect(try encode(text, as: .boolean) == .value([value]))
    }

    @Test(
        "other words are no booleans",
        arguments: ["on", "2", "truee", "tru", "oui", " ", "-", "\u{11}"]
    )
    func badBoolean(text: String) throws {
        #expect(try encode(text, as: .boolean).rule == "boolean")
    }

    @Test("a UUID is sixteen bytes, with or without hyphens")
    func uuid() throws {
        let bytes: [UInt8] = [
            0x55, 0x0e, 0x84, 0x00, 0xe2, 0x9b, 0x41, 0xd4, 0xa7, 0x16, 0x44, 0x66, 0x55, 0x44, 0,
            0xff,
        ]
        #expect(try encode("550e8400-e29b-41d4-a716-4466554400ff", as: .uuid) == .value(bytes))
        #expect(try encode("550E8400E29B41D4A7164466554400FF", as: .uuid) == .value(bytes))
        for bad in [
            "550e8400-e29b-41d4-a716-4466554400f", "550e8400e-29b-41d4-a716-4466554400ff",
            "550e8400-e29b-41d4-a716-4466554400fg", "{550e8400e29b41d4a7164466554400}",
        ] {
            #expect(try encode(bad, as: .uuid).rule == "uuid")
        }
    }

    @Test(
        "JSON is stored as jsonb: its version and the text",
        arguments: [
            "{}", "[]", "null", "true", "0", "-1.5e3", #""a\nb""#, #"{"a": [1, 2, {"b": "ñ"}]}"#,
            #" {"a":1} "#, #""\ud83d\udea2""#,
        ]
    )
    func json(text: String) throws {
        #expect(try encode(text, as: .json) == .value([1] + Array(text.utf8)))
    }

    @Test(
        "what RFC 8259 or jsonb does not allow is refused",
        arguments: [
            "{", "[1,]", "{'a':1}", "{a:1}", "01", "1.", ".5", "+1", "nul", "[1 2]", "\"a",
            "\"\t\"",
            #""\x""#, #""\u00""#, #""\u0000""#, #""\ud800""#, #""\udc00""#, "1e99999", "{} {}",
            "NaN",
            #"{"a" 1}"#, #"{"a":}"#, String(repeating: "[", count: 600),
        ]
    )
    func badJSON(text: String) throws {
        #expect(try encode(text, as: .json).rule == "json")
    }
}
