import Postgres
import Testing

/// SQL built by interpolation: what becomes a parameter, what an identifier, what text.
@Suite("SQL")
struct SQLTests {
    @Test("a value becomes a parameter, whatever is in it")
    func values() {
        let name = "x'; drop table t; --"
        let sql: SQL = "select \(name), \(7), \(Int64(8)), \(true), \(1.5)"
        #expect(sql.text == "select $1, $2, $3, $4, $5")
        #expect(
            sql.parameters == [
                .text(name), .integer(7), .integer(8), .boolean(true), .double(1.5),
            ]
        )
    }

    @Test("nil is NULL, and arrays are arrays")
    func optionalsAndArrays() {
        let nothing: String? = nil
        let sql: SQL = "\(nothing) \([1, 2] as [Int64]) \(["a"]) \(["a", nil]) \([0] as [UInt8])"
        #expect(
            sql.parameters == [
                .null, .integerArray([1, 2]), .textArray(["a"]), .textArray(["a", nil]),
                .bytes([0]),
            ]
        )
    }

    @Test("parts number their parameters when they are put together")
    func parts() {
        let period: SQL = "period = \("2024-01" as String)"
        let other = "2024-02"
        let sql: SQL = "where \(period) or \(period) or period = \(other)"
        #expect(sql.text == "where period = $1 or period = $2 or period = $3")
        #expect(sql.parameters == [.text("2024-01"), .text("2024-01"), .text("2024-02")])
    }

    @Test("a literal within an interpolation is SQL", arguments: [true, false])
    func literals(isFinal: Bool) {
        let sql: SQL = "select 1\(isFinal ? " where true" : "")"
        #expect(sql == (isFinal ? "select 1 where true" : "select 1"))
    }

    @Test("identifiers are quoted, alone, in paths and in lists")
    func identifiers() {
        let sql: SQL = "\(id: "a\"b") \(id: "s", "t") \(ids: ["x", "y"])"
        #expect(sql.text == "\"a\"\"b\" \"s\".\"t\" \"x\", \"y\"")
    }

    @Test("constants are quoted, and raw text is not touched")
    func constants() {
        let sql: SQL = "default \(literal: "it's") \(raw: "now()")"
        #expect(sql.text == "default 'it''s' now()")
    }

    @Test("parts are joined")
    func joined() {
        let sql = [1, 2].map { "id = \($0)" as SQL }.joined(separator: " or ")
        #expect(sql.text == "id = $1 or id = $2")
        #expect(([] as [SQL]).joined(separator: ", ").isEmpty)
        #expect(!sql.isEmpty)
    }

    @Test("people read it with its values as constants")
    func written() {
        let quoted = "it's"
        let sql: SQL = """
            select \(quoted), \(7), \(nil as String?), \(true), \(["a", nil]), \
            \([1] as [Int64]), \([0, 255] as [UInt8]), \([[10]] as [[UInt8]])
            """
        #expect(
            sql.written == """
                select 'it''s', 7, null, true, array['a', null]::text[], \
                array[1]::bigint[], '\\x00ff'::bytea, array['\\x0a'::bytea]::bytea[]
                """
        )
    }
}
