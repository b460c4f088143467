import Testing

@testable import Extraction

@Suite("Cells for a spreadsheet")
struct SpreadsheetCellTests {
    private func defused(_ text: String) -> String {
        String(decoding: SpreadsheetCell.defused(Array(text.utf8)), as: UTF8.self)
    }

    @Test(
        "what a spreadsheet would compute has a quote before it",
        arguments: [
            "=cmd|'/C calc'!A0", "@SUM(1)", "+1+cmd|x", "-2+3", "-", "+", "\t=1", "\r=1", "\n=1",
            "＝1+1", "＋1", "－1", "＠x", " =1", "\u{200B}=1", "\u{FEFF}@x", "=\u{301}1", "--1",
            "-1.", "-1,,2", "-.5.5", "-1e", "-1e+", "-1e5e5", "+e5", "-1\u{301}", "- 1", "-1 ",
        ]
    )
    func formulas(_ cell: String) {
        #expect(Array(defused(cell).utf8) == Array(("'" + cell).utf8))
    }

    @Test(
        "numbers and all other texts stay as they are",
        arguments: [
            "-12.5", "+3", "-1,234.50", "-1e-5", "+34600111222", "-.5", "+,5E+10", "-1.2.3", "12",
            "", "a=b", "'=1",
            "a-b", "x@y", "2024-01-05", " a", "c1",
        ]
    )
    func kept(_ cell: String) {
        #expect(defused(cell) == cell)
    }
}
