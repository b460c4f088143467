import TestSupport
import Testing

@testable import MariaDB

@Suite("Values of MariaDB", .serialized)
struct ValueTests {
    /// A column's type, a value in SQL, and what it is read as.
    private static let cells:
        [(type: String, value: String, kind: MariaDBColumn.Kind, text: String)] =
            [
                ("tinyint(1)", "7", .integer, "7"), ("tinyint", "-128", .integer, "-128"),
                ("mediumint", "-8388608", .integer, "-8388608"),
                ("bigint", "-9223372036854775808", .integer, "-9223372036854775808"),
                ("bigint unsigned", "18446744073709551615", .unsigned, "18446744073709551615"),
                ("int(8) zerofill", "42", .unsigned, "42"), ("year", "2024", .unsigned, "2024"),
                ("bit(1)", "b'1'", .bits, "1"), ("bit(9)", "b'101010101'", .bits, "341"),
                (
                    "bit(64)", "b'\(String(repeating: "1", count: 64))'", .bits,
                    "18446744073709551615"
                ),
                ("float", "1.1", .float, "1.1"), ("double", "0.1", .double, "0.1"),
                ("double", "1e-300", .double, "1e-300"),
                (
                    "decimal(65,30)",
                    "12345678901234567890123456789012345.123456789012345678901234567890",
                    .decimal, "12345678901234567890123456789012345.123456789012345678901234567890"
                ),
                ("decimal(10,2)", "-0.10", .decimal, "-0.10"),
                ("date", "'2024-02-29'", .date, "2024-02-29"),
                ("date", "'0000-00-00'", .date, "0000-00-00"),
                ("date", "'2024-00-10'", .date, "2024-00-10"),
                (
                    "datetime(6)", "'2024-02-29 23:59:59.123450'", .dateTime,
                    "2024-02-29 23:59:59.12345"
                ),
                ("datetime", "'0000-00-00'", .dateTime, "0000-00-00 00:00:00"),
                (
                    "timestamp(3) null", "'2024-02-29 23:59:59.5'", .instant,
                    "2024-03-01 04:59:59.5+00"
                ),
                ("timestamp null", "'0000-00-00'", .instant, "0000-00-00 00:00:00+00"),
                ("time(2)", "'-838:59:59.50'", .time, "-838:59:59.5"),
                ("char(5)", "'a'", .text, "a"), ("varchar(9)", "''", .text, ""),
                ("varchar(9) character set latin1", "'ñ'", .text, "ñ"),
                ("varchar(9)", "'ñ😀\"'", .text, "ñ😀\""), ("longtext", "'\\\\\\n'", .text, "\\\n"),
                ("enum('a', 'ñ')", "'ñ'", .text, "ñ"), ("set('x', 'y')", "'x,y'", .text, "x,y"),
                ("json", "'{\"a\": 1}'", .text, "{\"a\": 1}"), ("inet6", "'::1'", .text, "::1"),
                ("binary(3)", "x'61'", .bytes, "\\x610000"),
                ("blob", "x'00ff80'", .bytes, "\\x00ff80"),
            ]

    @Test("of every type are read by what they are, a null as a null")
    func types() async throws {
        let server = try await MariaDBServer.shared()
        let columns = Self.cells.enumerated().map { "c\($0) \($1.type)" }.joined(separator: ", ")
        let values = Self.cells.map(\.value).joined(separator: ", ")
        let database = try await server.freshDatabase(
            """
            set time_zone = '-05:00';
            create table cell (row_number_ int primary key, \(columns)) character set utf8mb4;
            insert into cell values (1, \(values)); insert into cell (row_number_) values (2)
            """
        )
        let connection = try await connect(server.url(database))
        let kinds = try await connection.prepare("select * from cell").dropFirst().map(\.kind)
        let texts = try await rows("select * from cell order by row_number_", on: connection)
        try #require(texts.count == 2 && kinds.count == Self.cells.count)
        for (index, cell) in Self.cells.enumerated() {
            #expect(kinds[index] == cell.kind, "\(cell.type)")
            #expect(texts[0][index + 1] == cell.text, "\(cell.type)")
        }
        #expect(texts[1].dropFirst().allSatisfy { $0 == nil || $0 == "0000-00-00 00:00:00+00" })
        await connection.close()
    }

    @Test("that are long come whole, beside short ones, in every row")
    func long() async throws {
        let server = try await MariaDBServer.shared()
        let connection = try await connect(server.url("information_schema"))
        let texts = try await rows(
            """
            with recursive n as (select 1 as i union all select i + 1 from n where i < 40)
            select i, repeat('x', i * i * 100 + (i % 10 = 0) * 1100000) as a, repeat('y', i) as b from n
            """,
            on: connection
        )
        let lengths = texts.map { $0.map { $0?.utf8.count ?? -1 } }
        // What is very long makes no room for those behind it.
        let expected: [[Int]] = (1...40)
            .map { [$0 < 10 ? 1 : 2, $0 * $0 * 100 + ($0 % 10 == 0 ? 1_100_000 : 0), $0] }
        #expect(lengths == expected)
        await connection.close()
    }

    @Test("that are given are days and times, and no text")
    func given() async throws {
        let server = try await MariaDBServer.shared()
        let connection = try await connect(server.url("information_schema"))
        let moments = [
            MariaDBMoment(year: 2024, month: 2, day: 29),
            MariaDBMoment(year: 2024, month: 2, day: 29, second: 86_399),
        ]
        let texts = try await rows("select ? as d, ? as t, '?' as q", moments, on: connection)
        #expect(texts == [["2024-02-29", "2024-02-29 23:59:59", "?"]])
        await #expect(throws: MariaDBError.self) {
            _ = try await rows("select ? as d", on: connection)
        }
        await connection.close()
    }

    @Test("and texts mean the same whatever the server's settings are")
    func settings() async throws {
        let server = try await MariaDBServer()
        try await server.sql(
            """
            set global sql_mode = 'PIPES_AS_CONCAT', global time_zone = '-05:00',
                global sql_select_limit = 1, global lc_time_names = 'de_DE',
                global character_set_server = 'latin1', global net_write_timeout = 1,
                global group_concat_max_len = 4, global div_precision_increment = 0,
                global default_week_format = 1
            """
        )
        let connection = try await connect(server.url("information_schema"))
        let texts = try await rows(
            #"""
            select 'a\' as a, "t"."n" as n, date_format('2024-03-01', '%M') as m, @@time_zone as z, 'ñ😀' as u,
                (select group_concat(x) from (select 'joined' as x) as one) as g, 1 / 3 as q,
                week('2024-01-01') as w
            from (select 1 as n union all select 2) as t order by n
            """#,
            on: connection
        )
        #expect(
            texts
                == ["1", "2"]
                .map {
                    ["a\\", $0, "March", "+00:00", "ñ😀", "joined", "0.3333", "0"]
                }
        )
        await connection.close()
    }
}
