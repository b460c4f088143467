import Rows
import Testing

@Suite("Cleaning")
struct CleaningTests {
    private func clean(_ text: String, _ steps: CleaningStep...) throws -> String? {
        try encode(text, as: .text, cleaning: steps).text
    }

    @Test("trim removes Unicode's white space at both ends and nothing else")
    func trim() throws {
        #expect(try clean(" \t\r\n a b \u{a0}\u{2003}\u{3000}", .trim) == "a b")
        #expect(try clean("\u{85}\u{1680}\u{2028}x\u{205f}", .trim) == "x")
        #expect(try clean("ñ", .trim) == "ñ")
        #expect(try clean("\u{200b}x", .trim) == "\u{200b}x")
        #expect(try clean("€", .trim) == "€")
    }

    @Test("squeeze makes each run of white space one blank")
    func squeeze() throws {
        #expect(try clean("a  b\t\tc\u{a0}d", .squeeze) == "a b c d")
        #expect(try clean("a b c", .squeeze) == "a b c")
        #expect(try clean("a\tb", .squeeze) == "a b")
        #expect(try clean("  a ", .squeeze) == " a ")
    }

    @Test("letters change case by Unicode's rules")
    func letterCase() throws {
        #expect(try clean("Straße ñandú", .upper) == "STRASSE ÑANDÚ")
        #expect(try clean("ÑANDÚ ABC", .lower) == "ñandú abc")
        #expect(try clean("abc-XYZ 09[]@`{", .upper) == "ABC-XYZ 09[]@`{")
        #expect(try clean("ABC-xyz 09[]@`{", .lower) == "abc-xyz 09[]@`{")
    }

    @Test(
        "title puts the first letter of each word in upper case",
        arguments: [
            ("maría JOSÉ", "María José"), ("JEAN-LUC picard", "Jean-Luc Picard"),
            ("o'BRIEN", "O'brien"), ("o'BRIEN ñ", "O'brien Ñ"), ("21ST street", "21st Street"),
            ("(acme) s.a.", "(Acme) S.A."), ("éa ÉA", "Éa Éa"),
        ]
    )
    func title(text: String, expected: String) throws {
        #expect(try clean(text, .title) == expected)
    }

    @Test("digits keeps 0 to 9")
    func digits() throws {
        #expect(try clean("+57 (300) 123-4567", .digits) == "573001234567")
        #expect(try clean("٣4", .digits) == "4")
        #expect(try encode("none", as: .text, cleaning: [.digits]) == .null)
    }

    @Test("null_if makes null of equal texts only, default makes text of null")
    func nulls() throws {
        #expect(try encode("N/A", as: .text, cleaning: [.nullIf(["-", "N/A"])]) == .null)
        #expect(try clean("N/A.", .nullIf(["-", "N/A"])) == "N/A.")
        #expect(try clean("", .defaultTo("none")) == "none")
        #expect(try clean("-", .nullIf(["-"]), .defaultTo("none")) == "none")
        #expect(try clean("x", .defaultTo("none")) == "x")
    }

    @Test("replace replaces each occurrence, without looking at what it has put in")
    func replace() throws {
        #expect(try clean("aXbXc", .replace(text: "X", with: "--")) == "a--b--c")
        #expect(try clean("aaa", .replace(text: "aa", with: "a")) == "aa")
        #expect(try clean("1.234.567", .replace(text: ".", with: "")) == "1234567")
        #expect(try encode("...", as: .text, cleaning: [.replace(text: ".", with: "")]) == .null)
    }

    @Test("steps run in order, before the text is read as its type")
    func order() throws {
        let steps: [CleaningStep] = [
            .trim, .replace(text: ".", with: ""), .replace(text: ",", with: "."),
        ]
        let amount = try encode(
            " 1.234,50 ",
            as: .decimal(precision: 10, scale: 2),
            cleaning: steps
        )
        #expect(amount == .value([0, 2, 0, 0, 0, 0, 0, 2, 0x04, 0xd2, 0x13, 0x88]))
        #expect(try clean("  ", .defaultTo("x"), .trim) == nil)
        #expect(try clean("  ", .trim, .defaultTo("x")) == "x")
        #expect(try clean("  JUAN   pérez ", .trim, .squeeze, .title) == "Juan Pérez")
    }

    @Test("text that is empty after cleaning is null")
    func emptyAfterCleaning() throws {
        #expect(try encode("   ", as: .integer, cleaning: [.trim]) == .null)
        #expect(
            try encode("   ", as: .text, cleaning: [.trim], rules: [.required]).rule == "required"
        )
    }

    @Test("more steps than there is room for are an error, not a silent loss")
    func manySteps() throws {
        let steps = [CleaningStep](repeating: .trim, count: 17)
        #expect(throws: RowLayoutError.self) { try encode("x", as: .text, cleaning: steps) }
        let most = [CleaningStep](repeating: .trim, count: 15) + [.upper]
        #expect(try encode(" x", as: .text, cleaning: most).text == "X")
    }
}
