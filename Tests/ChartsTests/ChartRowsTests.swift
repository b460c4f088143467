import Testing

@testable import Charts

@Suite("Rows as charts")
struct ChartRowsTests {
    private static func row(_ x: String, _ series: String?, _ y: String?) -> ChartRows.Row {
        ChartRows.Row(x: x, series: series, y: y)
    }

    @Test("rows are places and series in the order in which they come, and null is a gap")
    func order() throws {
        let rows = [
            Self.row("b", "Paid", "2"), Self.row("a", "Paid", nil), Self.row("a", "Open", "0.5"),
        ]
        let arranged = try ChartRows(rows, column: "amount")
        guard case .categories(let names) = arranged.places else {
            Issue.record("places are no categories")
            return
        }
        #expect(names == ["b", "a"])
        #expect(
            arranged.series == [
                Chart.Series(name: "Paid", values: [Quantity(2), nil]),
                Chart.Series(name: "Open", values: [nil, Quantity("0.5")]),
            ]
        )
    }

    @Test("a series without a row has a gap or, where that is wanted, zero; null stays a gap")
    func absent() throws {
        let rows = [Self.row("a", "x", "1"), Self.row("b", "x", nil), Self.row("b", "y", "2")]
        let arranged = try ChartRows(rows, column: "amount", absent: .zero)
        #expect(arranged.series.map(\.values) == [[Quantity(1), nil], [.zero, Quantity(2)]])
    }

    @Test("few rows that would make many values are refused before they do")
    func bomb() {
        let many = (0...Chart.mostPlaces).map { Self.row("\($0)", "\($0)", "1") }
        let series = (0...Chart.mostSeriesGiven).map { Self.row("a", "\($0)", "1") }
        for rows in [many, series] {
            let error = #expect(throws: ChartError.self) { try ChartRows(rows, column: "y") }
            #expect(error?.message.contains("a chart") == true)
        }
    }

    @Test("an axis is of time when every x is a day")
    func days() throws {
        let time = try ChartRows(
            [Self.row("2024-01", nil, "1"), Self.row("2024-02-01", nil, "1")],
            column: "y"
        )
        guard case .days = time.places else {
            Issue.record("places are no days")
            return
        }
        let names = try ChartRows(
            [Self.row("2024-01", nil, "1"), Self.row("all", nil, "1")],
            column: "y"
        )
        guard case .categories = names.places else {
            Issue.record("places are no categories")
            return
        }
    }

    @Test("texts of other bytes are other places and series, though they look the same")
    func bytes() throws {
        let rows = ["caf\u{e9}", "cafe\u{301}"].map { Self.row($0, $0, "1") }
        let arranged = try ChartRows(rows, column: "amount")
        #expect(arranged.series.map(\.values) == [[Quantity(1), nil], [nil, Quantity(1)]])
    }

    @Test("two rows of one place and series, and what is no number, are refused with what to do")
    func refused() {
        #expect {
            try ChartRows([Self.row("a", "x", "1"), Self.row("a", "x", "2")], column: "amount")
        } throws: {
            "\($0)"
                == "`a` of `x` has two rows: a chart takes one for each x and series, group them in the query"
                && ($0 as? ChartError)?.outline
                    == "two rows have the same x and series: a chart takes one for each x and series, group "
                    + "them in the query"
        }
        #expect {
            try ChartRows([Self.row("a\u{202e}", nil, "many")], column: "amount")
        } throws: {
            "\($0)"
                == "`amount` of `a\\u{202E}` is no decimal number of at most 19 digits before the point"
                && ($0 as? ChartError)?.outline
                    == "`amount` of a row is no decimal number of at most 19 digits before the point"
        }
    }
}
