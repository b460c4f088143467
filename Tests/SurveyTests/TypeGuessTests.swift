import Pipelines
import Rows
import Testing

@testable import Survey

@Suite("A column's type")
struct TypeGuessTests {
    @Test(
        "is guessed from its values",
        arguments: [
            (["1", "-20", "300"], "integer"), (["1.5", "20", "-300.25"], "decimal(5,2)"),
            (["120.50", "80.00"], "decimal(5,2)"), (["1.5e5", "2"], "float"),
            // What may be a code stays as it is.
            (["1e5", "2"], "text"), (["no", "NO"], "text"), (["true"], "text"),
            (["true", "False"], "boolean"), (["y", "n"], "boolean"),
            (["123e4567-e89b-12d3-a456-426614174000"], "uuid"),
            (["2024-01-31", "2024-02-29"], "date yyyy-MM-dd"),
            (["31/01/2024", "01/02/2024"], "date dd/MM/yyyy"),
            (["01/31/2024", "02/01/2024"], "date MM/dd/yyyy"),
            (["1/31/2024", "12/1/2024"], "date M/d/yyyy"),
            (["31.01.2024"], "date dd.MM.yyyy"),
            (["2024-01-31 10:00:00"], "timestamp yyyy-MM-dd HH:mm:ss"),
            (
                ["2024-01-31T10:00:00Z", "2024-01-31T10:00:00-05:00"],
                "timestamp yyyy-MM-dd'T'HH:mm:ssXXX"
            ),
            (["2024-01-31 10:00:00.123456+00"], "timestamp yyyy-MM-dd HH:mm:ss.SSSSSSX"),
            (["31/01/2024 9:05"], "timestamp d/M/yyyy H:mm"),
            (["{\"a\": 1}", "[1, 2]"], "json"), (["a", "1"], "text"), ([""], "text"),
            (["00501", "10001"], "text"), (["12345678901234567890"], "decimal(20,0)"),
            (["2024-02-30"], "text"),
        ]
    )
    func guesses(values: [String], type: String) async throws {
        #expect(try await Sheets().column(values).guess.name == type)
    }

    @Test("of numbers knows their notation")
    func notations() async throws {
        let european = try await Sheets().column(["1.234,56", "0,5", "12"])
        #expect(european.guess.name == "decimal(6,2)")
        #expect(european.guess.reading == ReadingRules(point: 0x2c, thousands: "."))
        let english = try await Sheets().column(["1,234,567.8", "12"])
        #expect(english.guess.name == "decimal(8,1)")
        #expect(english.guess.reading == ReadingRules(thousands: ","))
    }

    @Test(
        "that could be two is text, and says which",
        arguments: [
            (
                ["03/04/2024", "05/06/2024"],
                "`03/04/2024` could be dd/MM/yyyy or MM/dd/yyyy: decide"
            ),
            (
                ["1,234", "5,678"],
                "`,` may be the thousands' separator or the decimal point: decide, and write `thousands` or `point`"
            ),
            (["007", "012"], "digits with zeros in front: kept as text, which keeps them"),
        ]
    )
    func ambiguous(values: [String], remark: String) async throws {
        let column = try await Sheets().column(values)
        #expect(column.guess.name == "text")
        #expect(column.remarks == [remark])
    }

    @Test(
        "of numbers with exponents keeps every digit",
        arguments: [
            (["0.1234567890123456789", "1e-3"], "decimal(19,19)"),
            (["12345678901234567.5", "-1.25e-4"], "decimal(23,6)"),
            (["1.234567890123456e15", "2"], "integer"), (["1e-320", "2.5"], "decimal(321,320)"),
            (["1.5e400", "2"], "decimal(401,0)"),
            // Floats keep fifteen digits, wherever the point is.
            (["0.123456789012345", "1e-3"], "float"),
            (["0.000000000000000000001", "1e-30"], "float"),
            (["1.500000000000000000000e0", "2"], "float"),
            // Neither has room for these digits.
            (["0." + String(repeating: "7", count: 499) + "e-9"], "text"),
        ]
    )
    func exponents(values: [String], type: String) async throws {
        let column = try await Sheets().column(values)
        #expect(column.guess.name == type)
        #expect(column.guess.reading.hasExponents == (type != "float" && type != "text"))
        #expect(column.remarks.isEmpty == (type == "float"), "\(column.remarks)")
    }

    @Test(
        "of numbers with exponents is found in other notations too",
        arguments: [
            (
                ["1,5e3", "2,25E-1"], "decimal(7,3)",
                ReadingRules(point: 0x2c, thousands: ".", hasExponents: true)
            ),
            (
                ["1,5e3", "-2"], "integer",
                ReadingRules(point: 0x2c, thousands: ".", hasExponents: true)
            ),
            (
                ["1.234,5e1", "1.000"], "integer",
                ReadingRules(point: 0x2c, thousands: ".", hasExponents: true)
            ),
            (
                ["1,234.5e-1", "2"], "decimal(5,2)",
                ReadingRules(thousands: ",", hasExponents: true)
            ),
        ]
    )
    func exponentsInNotations(values: [String], type: String, reading: ReadingRules) async throws {
        let column = try await Sheets().column(values)
        #expect(column.guess.name == type)
        #expect(column.guess.reading == reading)
        #expect(column.remarks == [])
    }

    @Test("of numbers with exponents that could be two is told, and never read by a guess")
    func openExponents() async throws {
        let comma = try await Sheets().column(["1,500e3", "2"])
        #expect(comma.guess.name == "text")
        #expect(
            comma.remarks == [
                "`,` may be the thousands' separator or the decimal point: decide, and write `thousands` "
                    + "or `point`"
            ]
        )
        let point = try await Sheets().column(["1.500e3", "2"])
        #expect(point.guess.name == "float")
        #expect(
            point.remarks == [
                "every `.` has three digits behind it: could be the thousands' separator "
                    + "(`point: \",\"`, `thousands: \".\"`)"
            ]
        )
        // Without a mark all notations read the same.
        #expect(try await Sheets().column(["15e-1", "2"]).remarks == [])
        let codes = try await Sheets().column(["1,5e3", "1E5"])
        #expect(codes.guess.name == "text")
        #expect(
            codes.remarks == ["could be codes, or numbers with exponents (`1E5`): kept as text"]
        )
    }

    @Test("that a few values do not have is told with the first line of them")
    func nearly() async throws {
        let values = (1...99).map { "\($0)" } + ["oops"]
        let column = try await Sheets().column(values)
        #expect(column.guess.name == "text")
        #expect(column.remarks == ["nearly all are whole numbers; 1 not, first on line 101"])
    }

    @Test("of days without separators is a date when there are enough, else a number")
    func bareDays() async throws {
        let days = (10...29).map { "202401\($0)" }
        #expect(try await Sheets().column(days).guess.name == "date yyyyMMdd")
        let few = try await Sheets().column(["20240131"])
        #expect(few.guess.name == "integer")
        #expect(few.remarks == ["could be whole numbers, or dates written as yyyyMMdd"])
    }
}
