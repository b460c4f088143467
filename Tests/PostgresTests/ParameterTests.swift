import Foundation
import Postgres
import Testing

@Suite("Parameters and values", .timeLimit(.minutes(2)))
struct ParameterTests {
    @Test("what a parameter is taken for is known, and the transaction goes on")
    func types() async throws {
        try await withConnection { connection in
            try await connection.rolledBack {
                try await connection.query("create temp table t (at timestamptz, day date)")
                let known = try await connection.parameterTypes(
                    of: "select day - $2::int from t where at >= $1 and day = $3"
                )
                #expect(known == [1184, 23, 1082])
                #expect(try await connection.parameterTypes(of: "select 1") == [])
                for unknown: SQL in ["select $1 + $2", "select nothing from t", "selec"] {
                    #expect(try await connection.parameterTypes(of: unknown) == nil)
                }
                #expect(try await connection.query("select from t").isEmpty)
            }
        }
    }

    @Test("a value of each kind comes back as it was sent")
    func roundTrips() async throws {
        try await withConnection { connection in
            let text = "Ñandú 🐦 'quoted' \\ \""
            let (isTrue, fraction, nothing) = (true, 0.1, String?.none)
            let bytes: [UInt8] = [0, 255, 92]
            let result = try await connection.query(
                """
                select \(text) as text, \(Int64.min) as integer, \(isTrue) as boolean,
                    \(fraction) as double, \(bytes) as bytes, \(nothing)::text as nothing
                """
            )
            let row = try #require(result.first)
            #expect(try row.text("text") == "Ñandú 🐦 'quoted' \\ \"")
            #expect(try row.integer("integer") == Int64.min)
            #expect(try row.boolean("boolean"))
            #expect(try row.double("double") == 0.1)
            #expect(try row.bytes("bytes") == [0, 255, 92])
            #expect(try row.optionalText("nothing") == nil)
            #expect(try row.isNull("nothing"))
        }
    }

    @Test(
        "infinities and not-a-number are sent and read",
        arguments: [
            Double.infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        ]
    )
    func roundTripsDouble(value: Double) async throws {
        try await withConnection { connection in
            let row = try #require(await connection.query("select \(value) as v").first)
            let read = try row.double("v")
            #expect(read == value || (read.isNaN && value.isNaN))
        }
    }

    @Test("arrays keep quotes, braces, backslashes, blanks, empty texts and NULL apart")
    func roundTripsArrays() async throws {
        // A quote after U+0600 or before a combining mark is no Character of its own.
        let texts: [String?] = [
            "a,b", "\"", "\\", "{}", "", " ", nil, "NULL", "é", "\u{600}\"", "\\\u{301}",
            "\"\u{200d}",
            "\r\n",
        ]
        try await withConnection { connection in
            let rows = try await connection.query(
                "select v from unnest(\(texts)) with ordinality as t(v, n) order by n"
            )
            #expect(try rows.map { try $0.optionalText("v") } == texts)

            let numbers: [Int64] = [1, -2, .max]
            let integers = try await connection.query(
                "select v from unnest(\(numbers)) with ordinality as t(v, n) order by n"
            )
            #expect(try integers.map { try $0.integer("v", as: Int64.self) } == numbers)

            let pieces: [[UInt8]] = [[0, 255, 92, 34], [], Array("a,b".utf8)]
            let bytes = try await connection.query(
                "select v from unnest(\(pieces)) with ordinality as t(v, n) order by n"
            )
            #expect(try bytes.map { try $0.bytes("v") } == pieces)

            let empty = try await connection.query(
                """
                select cardinality(\([] as [String])) + cardinality(\([] as [Int64]))
                    + cardinality(\([] as [[UInt8]])) as n
                """
            )
            #expect(try empty.first?.integer("n") == 0)
        }
    }

    @Test("an untyped text takes the type of its place")
    func infersTypes() async throws {
        try await withConnection { connection in
            let result = try await connection.query(
                """
                select \("2024-02-28" as String)::date + 1 as day, 7 = \(7)::int as same,
                    \("b" as String) = any(\(["a", "b"])) as inside
                """
            )
            let row = try #require(result.first)
            #expect(try row.text("day") == "2024-02-29")
            #expect(try row.boolean("same"))
            #expect(try row.boolean("inside"))
        }
    }

    @Test(
        "a NUL is refused before anything is sent, and the parameter is named",
        arguments: [PostgresValue.text("a\0b"), .textArray(["a", "\0"])]
    )
    func refusesNUL(value: PostgresValue) async throws {
        try await withConnection { connection in
            let error = await postgresError {
                try await connection.query("select \(1), \(value)")
            }
            #expect(error?.code == .invalidParameter)
            #expect(error?.message.contains("`$2`") == true)
            let one = try await connection.query("select 1 as one")
            #expect(try one.first?.integer("one") == 1)
        }
    }

    @Test("a NUL in a statement is refused, not taken for its end")
    func refusesNULInStatement() async throws {
        try await withConnection { connection in
            let query = await postgresError { try await connection.query("select 1\0 + 1") }
            #expect(query?.code == .invalidParameter)
            let script = await postgresError { try await connection.script("select 1\0") }
            #expect(script?.code == .invalidParameter)
        }
    }

    @Test("65,535 parameters are sent, one more is refused")
    func limitsParameters() async throws {
        try await withConnection { connection in
            let list = (1...65_535).map { "(\($0)::bigint)" as SQL }.joined(separator: ",")
            let sum = try await connection.query(
                "select sum(v) as s from (values \(list)) t(v)"
            )
            #expect(try sum.first?.integer("s") == 65_535 * 65_536 / 2)
            let error = await postgresError { try await connection.query("values \(list), (\(1))") }
            #expect(error?.code == .invalidParameter)
        }
    }

    @Test("reading a wrong column, a NULL or a wrong type names the column and what was expected")
    func explainsMisreading() async throws {
        try await withConnection { connection in
            let row = try #require(
                await connection.query("select 'secret' as name, null as age, 300 as big").first
            )
            let missing = #expect(throws: PostgresError.self) { try row.text("nam") }
            #expect(
                missing?.message == "the result has no column `nam`; it has `name`, `age`, `big`"
            )
            let null = #expect(throws: PostgresError.self) { try row.integer("age") }
            #expect(null?.message == "column `age` is NULL; expected Int")
            let wrong = #expect(throws: PostgresError.self) { try row.integer("name") }
            #expect(wrong?.message == "the value of column `name` cannot be read; expected Int")
            #expect(throws: PostgresError.self) { try row.integer("big", as: Int8.self) }
            #expect(throws: PostgresError.self) { try row.boolean("name") }
            #expect(throws: PostgresError.self) { try row.bytes("name") }
            #expect(wrong?.code == .unexpectedResult)
        }
    }

    @Test("a result tells its columns, its rows and what was touched")
    func describesResult() async throws {
        let connection = try await freshConnection()
        let created = try await connection.query("create table t (a int, b text)")
        #expect(created.affectedRows == 0)
        #expect(created.isEmpty)
        let inserted = try await connection.query("insert into t values (1, 'x'), (2, 'y')")
        #expect(inserted.affectedRows == 2)
        #expect(inserted.commandTag == "INSERT 0 2")
        let selected = try await connection.query("select * from t order by a")
        #expect(selected.columns == ["a", "b"])
        #expect(selected.count == 2)
        #expect(try selected.map { try $0.text("b") } == ["x", "y"])
        let nothing = try await connection.query("")
        #expect(nothing.isEmpty)
        await connection.close()
    }

    @Test("identifiers and literals survive quotes and backslashes")
    func quotes() async throws {
        #expect(quoteIdentifier("a\"b") == "\"a\"\"b\"")
        let odd = "odd \"name\"; drop table x; -- \\ 'é'"
        let marks = [
            "\u{600}'\u{600}\"", "'\u{301}\"\u{301}", "\\\u{200d}'", "\u{600}\\'", "'\r\n'",
        ]
        try await withConnection { connection in
            for (name, setting) in ([odd] + marks).flatMap({ [($0, "on"), ($0, "off")] }) {
                let sql: SQL = "select \(literal: name) as \(id: name)"
                try await connection.query("set standard_conforming_strings = \(raw: setting)")
                let result = try await connection.query(sql)
                #expect(result.columns == [name])
                #expect(try result.first?.text(name) == name)
            }
        }
    }
}
