import Pipelines
import Planning
import Testing

@Suite("Which periods are due")
struct PeriodSelectionTests {
    private func rule() throws -> PeriodRule {
        let first = try #require(Period("2024-01", grain: .month))
        return PeriodRule(grain: .month, first: first, last: nil)
    }

    private func due(_ states: [PeriodState: Set<String>]) throws -> [String] {
        let today = try #require(Day("2024-04-15"))
        return try PeriodSelection.due(rule(), states: states, today: today).map(\.label)
    }

    @Test("without a word, all periods that have ended and are neither loaded nor closed")
    func ended() throws {
        #expect(try due([:]) == ["2024-01", "2024-02", "2024-03"])
        #expect(try due([.loaded: ["2024-01"], .closed: ["2024-03"]]) == ["2024-02"])
    }

    @Test("a period that is pending or stale in one fact is due, whatever the others say")
    func pendingSomewhere() throws {
        #expect(
            try due([.loaded: ["2024-01", "2024-02", "2024-03"], .stale: ["2024-02"]])
                == ["2024-02"]
        )
    }

    @Test("a period registered outside the span is due, unless it is closed")
    func registered() throws {
        let all: Set = ["2024-01", "2024-02", "2024-03"]
        let others: Set = ["2024-04", "2023-12"]
        #expect(try due([.loaded: all, .pending: others]) == ["2023-12", "2024-04"])
        #expect(try due([.loaded: all, .pending: ["2024-04"], .closed: ["2024-04"]]) == [])
    }

    @Test("stale periods alone, in order, without those that are closed")
    func stale() throws {
        let states: [PeriodState: Set<String>] = [
            .pending: ["2024-01"], .stale: ["2024-05", "2024-02", "2024-03"],
            .closed: ["2024-03"],
        ]
        #expect(
            PeriodSelection.stale(grain: .month, states: states).map(\.label)
                == ["2024-02", "2024-05"]
        )
    }

    @Test(
        "more periods than a pipeline may have are refused before they are listed",
        arguments: [
            ("0001-01-01..9999-12-31", "`0001-01-01..9999-12-31` are 3,652,059 days"),
            (
                "1700-01-01..1899-12-31,1900-01-01..1999-12-31",
                "`1700-01-01..1899-12-31,1900-01-01..1999-12-31` are 109,572 days"
            ),
        ]
    )
    func tooMany(text: String, start: String) {
        let error = #expect(throws: PeriodSelectionError.self) {
            try PeriodSelection.parse(text, grain: .day)
        }
        #expect(
            error?.description
                == "\(start), and a pipeline has at most 100,000 periods: name fewer, or begin later"
        )
    }

    @Test("what is due of a rule without an end is refused as well when it is too much")
    func tooManyDue() throws {
        let first = try #require(Period("0001-01-01", grain: .day))
        let rule = PeriodRule(grain: .day, first: first, last: nil)
        let today = try #require(Day("2024-04-15"))
        #expect(throws: PeriodSelectionError.self) {
            try PeriodSelection.due(rule, states: [:], today: today)
        }
    }

    @Test(
        "periods are counted as they are listed",
        arguments: [
            (PeriodGrain.day, "2023-12-31", "2024-03-01"), (.week, "2020-W53", "2024-W05"),
            (.month, "2023-11", "2024-02"), (.quarter, "2022-Q4", "2024-Q1"),
            (.year, "1999", "2024"),
        ]
    )
    func counted(grain: PeriodGrain, first: String, last: String) throws {
        let start = try #require(Period(first, grain: grain))
        let end = try #require(Period(last, grain: grain))
        let listed = try PeriodSelection.parse("\(first)..\(last)", grain: grain)
        #expect(start.count(through: end) == listed.count)
        #expect(end.count(through: start) == 0)
    }

    @Test("a period outside the span is refused, unless it is registered")
    func outside() throws {
        let periods = try PeriodSelection.parse("2023-12..2024-01", grain: .month)
        try PeriodSelection.check(periods, of: rule(), registered: ["2023-12"])
        let error = #expect(throws: PeriodSelectionError.self) {
            try PeriodSelection.check(periods, of: rule())
        }
        #expect(
            error?.description
                == "`2023-12` is not a period of the pipeline: its definition has those from `2024-01` on, "
                + "and `longshore periods add` registers others"
        )
    }
}
