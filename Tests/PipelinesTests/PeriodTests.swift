import Pipelines
import Testing

@Suite("Periods")
struct PeriodTests {
    @Test(
        "a label of its grain is read back as it is written",
        arguments: [
            ("2024-02-29", PeriodGrain.day, "2024-02-29", "2024-03-01"),
            ("2024-W01", .week, "2024-01-01", "2024-01-08"),
            ("2020-W53", .week, "2020-12-28", "2021-01-04"),
            ("2024-12", .month, "2024-12-01", "2025-01-01"),
            ("2024-Q4", .quarter, "2024-10-01", "2025-01-01"),
            ("9999", .year, "9999-01-01", "10000-01-01"),
            ("9999-12", .month, "9999-12-01", "10000-01-01"),
        ]
    )
    func labels(label: String, grain: PeriodGrain, start: String, end: String) throws {
        let period = try #require(Period(label, grain: grain))
        #expect(period.label == label)
        #expect(period.start.description == start)
        #expect(period.end.description == end)
        #expect(period.next.previous == period)
    }

    @Test(
        "a label that is no period is refused",
        arguments: [
            ("2023-02-29", PeriodGrain.day), ("2024-2-1", .day), ("2024-+1-01", .day),
            ("2023-W53", .week), ("2024-W00", .week), ("2024-W9223372036854775807", .week),
            ("2024-13", .month), ("2024-1", .month), ("2024", .month), ("2024-Q5", .quarter),
            ("2024-Q-1", .quarter), ("0000", .year), ("24", .year), ("", .year),
        ]
    )
    func badLabels(label: String, grain: PeriodGrain) {
        #expect(Period(label, grain: grain) == nil)
    }
}
