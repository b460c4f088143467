import Testing

@testable import Pipelines

@Suite("Labels of periods in patterns")
struct ObjectPatternTests {
    @Test(
        "stand for the period's first day",
        arguments: [
            ("sales_{yyyy}{MM}.csv", "2024-02", "sales_202402.csv"),
            ("year={yyyy}/month={MM}/*.csv", "2024-02", "year=2024/month=02/*.csv"),
            ("{period:yyyy_MM}/{period}.csv", "2024-02", "2024_02/2024-02.csv"),
            ("{period:dd.MM.yyyy}", "2024-02-29", "29.02.2024"),
            ("{period:yyyy'T'MM}", "2024-02", "2024T02"), ("{YYYY}W{ww}", "2025-W01", "2025W01"),
            ("{yyyy}{MM}{dd}", "2025-W01", "20241230"), ("{yyyy}-{Q}", "2024-Q3", "2024-3"),
            ("{yyyy}/{YYYY}W{ww}.csv", "2025-W10", "2025/2025W10.csv"),
            ("{yyyy}/{MM}/{YYYY}W{ww}", "2025-W01", "2024/12/2025W01"),
            ("y{yyyy}/q{Q}/{yyyy}{MM}", "2024-08", "y2024/q3/202408"), ("{yyyy}", "2024", "2024"),
        ]
    )
    func filled(pattern: String, label: String, name: String) throws {
        let period = try #require(Self.period(label))
        let labelled = ObjectPattern(pattern)
        #expect(labelled.unknown.isEmpty && labelled.isByPeriod)
        #expect(labelled.filled(with: period) == name)
        let file = name.replacing("*", with: "some")
        #expect(labelled.period(of: file, grain: period.grain) == period)
    }

    @Test(
        "are found in names, and nothing else is",
        arguments: [
            ("*_{yyyy}{MM}_*.csv", "a_1_202402_x.csv", "2024-02"),
            ("*{yyyy}{MM}*.csv", "id999999_202402.csv", "2024-02"),
            ("{yyyy}{MM}.csv", "202413.csv", nil), ("{yyyy}{MM}.csv", "202402.csv.gz", nil),
            ("{yyyy}/{MM}/{yyyy}.csv", "2024/02/2023.csv", nil),
            ("{yyyy}/Q{Q}/{MM}.csv", "2024/Q2/02.csv", nil),
            ("*{period}.csv", "a/2024-02.csv", nil),
            ("x_{period}.csv", "x_2024-2.csv", nil),
        ]
    )
    func found(pattern: String, name: String, label: String?) {
        let found = ObjectPattern(pattern).period(of: name, grain: .month)
        #expect(found?.label == label)
    }

    @Test("many stars do not take long")
    func stars() {
        let pattern = ObjectPattern(String(repeating: "*a", count: 20) + "{yyyy}{MM}b")
        let name = String(repeating: "a", count: 200) + "202402"
        #expect(pattern.period(of: name, grain: .month) == nil)
    }

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a label of one day in a fact by month",
                replacing: "sales_{period}",
                with: "sales_{yyyy}{MM}{dd}",
                ["26:33: error: `{dd}` in `csv` is a part of a month [value.malformed]"]
            ),
            Mistake(
                "a year alone in a fact by month",
                replacing: "sales_{period}",
                with: "sales_{yyyy}",
                [
                    "26:33: error: the labels in `csv` do not tell one month from all others [value.malformed]"
                ]
            ),
            Mistake(
                "letters that stand for nothing",
                replacing: "sales_{period}",
                with: "sales_{period:yyyy-mm}",
                ["26:33: error: `{period:yyyy-mm}` in `csv` stands for nothing [value.malformed]"]
            ),
            Mistake(
                "a brace that is not closed",
                replacing: "sales_{period}",
                with: "sales_{yyyy",
                ["26:33: error: `{yyyy.csv` in `csv` stands for nothing [value.malformed]"]
            ),
            Mistake(
                "members that expire where they come period by period",
                replacing: "csv: customers.csv }",
                with: "csv: \"customers_{yyyy}{MM}.csv\" }\n    on_missing: expire",
                [
                    "15:5: error: `on_missing: expire` stands where members come period by period [key.conflict]"
                ]
            ),
            Mistake(
                "a period that no file tells",
                replacing: "updated_at: { type: timestamp }",
                with: #"updated_at: { type: date, from: "{period}" }"#,
                [
                    "20:39: error: the files of `customers.csv` are of no period, which `updated_at` reads [period.missing]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }

    private static func period(_ label: String) -> Period? {
        PeriodGrain.allCases.lazy.compactMap { Period(label, grain: $0) }.first
    }
}
