import Console
import Testing

@Suite("Tables of text")
struct TextTableTests {
    @Test(
        "columns are as wide as their widest cell, numbers stand on the right, no blanks at the end"
    )
    func aligned() {
        var table = TextTable([("name", .left), ("rows", .right), ("why", .left)])
        #expect(table.isEmpty)
        table.add(["fact_call", "1,200", ""])
        table.add(["x", "7", "niño"])
        #expect(!table.isEmpty)
        #expect(
            table.lines == [
                "name        rows  why",
                "fact_call  1,200",
                "x              7  niño",
            ]
        )
    }

    @Test("a table without rows is its header")
    func header() {
        #expect(TextTable([("a", .left), ("b", .right)]).lines == ["a  b"])
    }

    @Test("a character counts once, however many bytes it has")
    func characters() {
        var table = TextTable([("", .left), ("", .left)])
        table.add(["é", "1"])
        table.add(["ab", "2"])
        #expect(table.lines == ["", "é   1", "ab  2"])
    }

    @Test("letters that take two columns count twice")
    func wideLetters() {
        var table = TextTable([("", .left), ("", .left)])
        table.add(["日本", "1"])
        table.add(["ab", "2"])
        #expect(table.lines == ["", "日本  1", "ab    2"])
    }
}
