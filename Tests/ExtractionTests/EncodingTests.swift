import Foundation
import Pipelines
import Processes
import TestSupport
import Testing

@testable import Extraction

@Suite("Encodings")
struct EncodingTests {
    private static let singleByte = CSVDialect.Encoding.allCases
        .filter { ![.utf8, .utf16, .utf16LittleEndian, .utf16BigEndian].contains($0) }

    /// What the program iconv(1) makes of `bytes`; empty when it refuses them.
    private func converted(_ bytes: [UInt8], from name: String) throws -> [UInt8] {
        let run = try CapturedProcess(
            Command("iconv", ["-f", name, "-t", "UTF-8"]),
            input: bytes
        )
        .waitForResult()
        return run.end == .exited(0) ? run.output : []
    }

    @Test("every encoding of single bytes is there and reads ASCII as ASCII", arguments: singleByte)
    func tables(encoding: CSVDialect.Encoding) throws {
        let table = try ByteTable(encoding)
        #expect((0..<128).allSatisfy { table.scalars[$0]?.value == UInt32($0) })
        #expect(table.scalars[128...].compactMap(\.self).count > 40)
        #expect(
            Set(table.scalars.compactMap(\.self)).count == table.scalars.compactMap(\.self).count
        )
    }

    @Test(
        "a file is read as iconv(1) reads it",
        arguments: [
            (.windows1252, "CP1252"), (.latin1, "ISO-8859-1"), (.iso8859part15, "ISO-8859-15"),
            (.windows1251, "CP1251"), (.cp850, "CP850"), (.macRoman, "MACINTOSH"),
            (.koi8r, "KOI8-R"),
        ] as [(CSVDialect.Encoding, String)]
    )
    func oracle(encoding: CSVDialect.Encoding, name: String) throws {
        let table = try ByteTable(encoding)
        let bytes = (UInt8(0x80)...0xff).filter { table.scalars[Int($0)] != nil }
        let lines = bytes.flatMap { [UInt8(ascii: "x"), $0, UInt8(ascii: "\n")] }
        let records = try readCSV(
            Array("h\n".utf8) + lines,
            dialect: CSVDialect(encoding: encoding)
        )
        .records
        let expected = String(decoding: try converted(lines, from: name), as: UTF8.self)
        #expect(records.map { $0.fields[0] } == expected.split(separator: "\n").map(String.init))
        #expect(records.map(\.byteOffset) == bytes.indices.map { 2 + 3 * $0 })
    }

    /// Text with a character of each length in UTF-8, in an encoding that has them.
    private static let lines = ["id,txt", "1,5 €", "2,\"Café – “zum\nLöwen”\"", "3,x", "4,O’Neil"]

    @Test("the Euro, dashes and quotes of Windows-1252 are what they are; offsets are the file's")
    func windows1252() throws {
        let text = Self.lines.joined(separator: "\n") + "\n"
        let bytes = try #require(text.data(using: .windowsCP1252))
        for size in [1, 2, 3, 7, .max] {
            let records = try readCSV(
                Array(bytes),
                dialect: CSVDialect(encoding: .windows1252),
                chunk: size
            )
            .records
            #expect(
                records.map(\.fields) == [
                    ["1", "5 €"], ["2", "Café – “zum\nLöwen”"], ["3", "x"], ["4", "O’Neil"],
                ]
            )
            #expect(records.map(\.byteOffset) == [7, 13, 36, 40])
            #expect(records.map(\.line) == [2, 3, 5, 6])
        }
    }

    private func utf16(_ text: String, isLittle: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            let bytes = [UInt8(unit & 0xff), UInt8(unit >> 8)]
            return isLittle ? bytes : bytes.reversed()
        }
    }

    @Test(
        "UTF-16 in both orders, with and without its mark, is the same text at the file's offsets",
        arguments: [
            (.utf16, true, true), (.utf16, false, true), (.utf16LittleEndian, true, true),
            (.utf16LittleEndian, true, false), (.utf16BigEndian, false, true),
            (.utf16BigEndian, false, false),
        ] as [(CSVDialect.Encoding, Bool, Bool)]
    )
    func orders(encoding: CSVDialect.Encoding, isLittle: Bool, hasMark: Bool) throws {
        let text = "a,b\nñ,€\n😀,\"x\"\"y\"\nlast,1"
        let bytes = utf16((hasMark ? "\u{feff}" : "") + text, isLittle: isLittle)
        let start = hasMark ? 2 : 0
        for size in [1, 2, 3, 5, 1_000] {
            let (header, records) = try readCSV(
                bytes,
                dialect: CSVDialect(encoding: encoding),
                chunk: size
            )
            #expect(header == ["a", "b"])
            #expect(records.map(\.fields) == [["ñ", "€"], ["😀", "x\"y"], ["last", "1"]])
            #expect(records.map(\.byteOffset) == [8, 16, 36].map { $0 + start })
        }
    }

    @Test("a mark of the other order, or of UTF-8, is refused with what to declare")
    func wrongMarks() {
        let big = utf16("\u{feff}a\n1\n", isLittle: false)
        for (bytes, encoding) in [
            (big, .utf16LittleEndian), (big, .windows1252), (big, .utf8),
            ([0xef, 0xbb, 0xbf, 0x61, 0x0a], .utf16), (Array("a\n1\n".utf8), .utf16),
        ] as [([UInt8], CSVDialect.Encoding)] {
            #expect(
                code { _ = try readCSV(bytes, dialect: CSVDialect(encoding: encoding)) }
                    == .encoding
            )
        }
    }

    @Test("what is no text is kept in the row's bytes so that it can be told, and cuts off nothing")
    func faults() throws {
        let bytes = Array("a,b\n".utf8) + [0x81, 0x2c, 0x78, 0x0a] + Array("1,2\n".utf8)
        let records = try readCSV(bytes, dialect: CSVDialect(encoding: .windows1252)).records
        #expect(records.map(\.fault) == ["encoding", nil])
        #expect(records[0].raw == "\u{81},x")
        #expect(records.map(\.byteOffset) == [4, 8])
        let cut = utf16("a\n1\n2", isLittle: true) + [0x33]
        let halves = try readCSV(cut, dialect: CSVDialect(encoding: .utf16LittleEndian)).records
        #expect(halves.map(\.fault) == [nil, "encoding"])
    }

    @Test("a header that is no text is refused with the likely encoding")
    func header() throws {
        let bytes = Array("id,Preis ".utf8) + [0x80] + Array("\n1,2\n".utf8)
        do {
            _ = try readCSV(bytes, dialect: CSVDialect(encoding: .latin1))
            Issue.record("it was read")
        } catch let error as ExtractionError {
            #expect(error.code == .encoding)
            #expect(error.message.contains("declare `encoding: windows-1252`"), "\(error)")
        }
    }

    @Test(
        "any size of chunk gives the same records in any encoding",
        arguments: 0..<8 as Range<UInt64>
    )
    func chunks(block: UInt64) throws {
        let encodings: [CSVDialect.Encoding] = [
            .windows1252, .latin1, .cp850, .utf16LittleEndian, .utf16BigEndian,
        ]
        for seed in block * 25..<(block + 1) * 25 {
            var random = SeededGenerator(seed: seed)
            let isWide = seed % 5 >= 3
            let body = (0..<Int.random(in: 0..<80, using: &random))
                .flatMap { _ -> [UInt8] in
                    let unit = Self.units.randomElement(using: &random) ?? 0
                    let bytes = [UInt8(unit & 0xff), UInt8(unit >> 8)]
                    if !isWide { return [bytes[0]] }
                    return seed % 5 == 3 ? bytes : bytes.reversed()
                }
            let dialect = CSVDialect(encoding: encodings[Int(seed % 5)])
            let head = isWide ? utf16("h1,h2\n", isLittle: seed % 5 == 3) : Array("h1,h2\n".utf8)
            let whole = try readCSV(head + body, dialect: dialect, isSample: true).records
            for size in [1, 2, 3, 5, 8, 13] {
                let records = try readCSV(
                    head + body,
                    dialect: dialect,
                    isSample: true,
                    chunk: size
                )
                .records
                #expect(records == whole, "seed \(seed), \(size)")
            }
            #expect(whole.map(\.byteOffset) == whole.map(\.byteOffset).sorted(), "seed \(seed)")
        }
    }

    /// Letters, what cuts records, bytes and units that are no text.
    private static let units: [UInt16] = [
        0x61, 0x31, 0x2c, 0x2c, 0x0a, 0x0a, 0x0d, 0x22, 0x22, 0xe9, 0x80, 0x81, 0x9d, 0xff, 0x20ac,
        0xd83d, 0xde00, 0xd83d, 0xde00, 0xd800,
    ]

    @Test("a file of an old Mac is told from one of Windows or DOS")
    func oldMac() throws {
        let text = "name,stadt\nMüller,München\nJosé,Málaga\n"
        let bytes = text.unicodeScalars.map { scalar -> UInt8 in
            switch scalar {
            case "ü": 0x9f
            case "é": 0x8e
            case "á": 0x87
            default: UInt8(truncatingIfNeeded: scalar.value)
            }
        }
        #expect(DialectGuess(bytes).dialect.encoding == .macRoman)
    }

    /// `id,name`, 田中太郎 and 鈴木一郎 in EUC-JP.
    private static let namesInEUC: [UInt8] = [
        0x69, 0x64, 0x2c, 0x6e, 0x61, 0x6d, 0x65, 0x0a, 0x31, 0x2c, 0xc5, 0xc4, 0xc3, 0xe6, 0xc2,
        0xc0, 0xcf, 0xba, 0x0a, 0x32, 0x2c, 0xce, 0xeb, 0xcc, 0xda, 0xb0, 0xec, 0xcf, 0xba, 0x0a,
    ]

    @Test(
        "a file of two bytes a character is probably in no single-byte encoding, and says so",
        arguments: [
            Array("id,name\n1,田中太郎\n2,鈴木一郎\n".data(using: .shiftJIS) ?? Data()),
            Array("注文番号,顧客名\nA-1,山田 太郎\nA-2,ｽｽﾞｷ ﾊﾅｺ\n".data(using: .shiftJIS) ?? Data()),
            namesInEUC,
        ] as [[UInt8]]
    )
    func doubleBytes(bytes: [UInt8]) {
        for cut in 0...2 {
            let guess = DialectGuess(Array(bytes.dropLast(cut)))
            let found = guess.dialect.encoding.rawValue
            #expect(
                guess.remarks == [
                    "it is not UTF-8, and probably in no single-byte encoding but in one like "
                        + "Shift-JIS, EUC, GBK or Big5, which are not read: convert it to UTF-8 "
                        + "(`iconv -f SHIFT_JIS -t UTF-8`), or declare its `encoding` where its "
                        + "letters are right by one; \(found) is a guess"
                ]
            )
            #expect(guess.encodingDoubt == guess.remarks.first)
        }
    }

    @Test(
        "a file of a single-byte encoding is not taken for one of two bytes a character",
        arguments: [
            ("id,name\n1,Анна\n2,Иван\n", .windowsCP1251),
            ("id,name\n1,АННА\n2,ИВАН\n", .windowsCP1251),
            ("имя\nМария Сергеевна\nТверь 5\n", .windowsCP1251),
            ("όνομα,πόλη\nΓιώργος,Αθήνα\n", .windowsCP1253),
            ("nom\nÉLÉONORE\nœuvre créée où ça\n", .windowsCP1252),
        ] as [(String, String.Encoding)]
    )
    func singleBytes(text: String, written: String.Encoding) throws {
        let guess = DialectGuess(Array(try #require(text.data(using: written))))
        #expect(
            guess.encodingDoubt?
                .hasPrefix("it is not UTF-8, and probably \(guess.dialect.encoding.rawValue):")
                == true
        )
    }

    @Test(
        "the encoding of a file is guessed from its text",
        arguments: [
            (
                "id,txt\n1,5 €\n2,Café – “zum Löwen”\n3,naïve\n4,O’Neil\n", .windowsCP1252,
                .windows1252
            ),
            ("name\nMuñoz\n", .isoLatin1, .windows1252),
            ("имя,город\nИван Петров,Москва\nАнна,Казань\n", .windowsCP1251, .windows1251),
            ("jméno\nŁukasz Wójcik\nświęta\nżółty\n", .windowsCP1250, .windows1250),
            ("name,stadt\nMüller,München\nJosé,Málaga\n", .utf8, .utf8),
            ("name\nMüller\n", .utf16, .utf16),
            ("name,stadt\nMüller,Köln\n", .utf16LittleEndian, .utf16LittleEndian),
            ("name,stadt\nMüller,Köln\n", .utf16BigEndian, .utf16BigEndian),
        ] as [(String, String.Encoding, CSVDialect.Encoding)]
    )
    func guesses(text: String, written: String.Encoding, expected: CSVDialect.Encoding) throws {
        let bytes = Array(try #require(text.data(using: written)))
        let guess = DialectGuess(bytes)
        #expect(guess.dialect.encoding == expected, "\(guess.remarks)")
        #expect(try readCSV(bytes, dialect: guess.dialect).records.map(\.raw).joined() != "")
        let read = try readCSV(bytes, dialect: guess.dialect).records.map(\.raw)
        #expect(read == text.split(separator: "\n").dropFirst().map(String.init))
    }
}
