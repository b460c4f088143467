internal import Rows
internal import Words

/// Reads a dimension that is a calendar.
struct CalendarReading {
    let findings: Findings
    let extracts: ExtractReading

    func dimension(_ entry: YAMLNode.Entry) -> Dimension {
        let node = entry.value["calendar"]
        let first = day(node?["from"])
        let last = day(node?["to"])
        if let first, let last, first > last, let span = node?["to"]?.span {
            findings.add(
                .valueRange,
                at: span,
                "the calendar ends on `\(last)`, before it begins",
                expected: "a day from `\(first)` on"
            )
        }
        let anyDay = Day(number: 0)
        let plan = CalendarPlan(
            first: first ?? anyDay,
            last: last ?? anyDay,
            fiscalYearStart: fiscalYearStart(node?["fiscal_year_start"]),
            holidays: holidays(node?["holidays"])
        )
        return Dimension(
            name: entry.name,
            content: .calendar(plan),
            key: ["date"],
            attributes: Self.attributes + (plan.holidays == nil ? [] : Self.holidayAttributes),
            pool: entry.value["pool"]?.text ?? "default",
            description: entry.value["description"]?.text
        )
    }

    private func fiscalYearStart(_ node: YAMLNode?) -> Int {
        guard let node, let month = node.int else { return 1 }
        guard (1...12).contains(month) else {
            findings.add(
                .valueRange,
                at: node.span,
                "`fiscal_year_start` cannot be `\(month)`",
                expected: "a month, 1 to 12"
            )
            return 1
        }
        return month
    }

    private func holidays(_ node: YAMLNode?) -> CalendarPlan.Holidays? {
        guard let node else { return nil }
        return CalendarPlan.Holidays(
            extract: extracts.extract(from: node, isByPeriod: false),
            region: node["region"]?.text
        )
    }

    private func day(_ node: YAMLNode?) -> Day? {
        guard let node, let text = node.text else { return nil }
        if let day = Day(text) { return day }
        findings.add(
            .valueMalformed,
            at: node.span,
            "`\(text)` is no day",
            expected: "`2024-01-31`"
        )
        return nil
    }

    /// The columns of a calendar, as the warehouse makes them.
    private static let attributes: [Attribute] = [
        attribute("date", .date(format: .isoDate), rules: [.required], "The day."),
        attribute("year", .integer, "The year."),
        attribute("quarter", .integer, "The quarter of the year, 1 to 4."),
        attribute("month", .integer, "The month of the year, 1 to 12."),
        attribute("month_name", .text, "The month's English name."),
        attribute("iso_year", .integer, "The year of the ISO 8601 week."),
        attribute("iso_week", .integer, "The ISO 8601 week, 1 to 53."),
        attribute("day", .integer, "The day of the month, 1 to 31."),
        attribute("weekday", .integer, "The day of the week, 1 for Monday to 7 for Sunday."),
        attribute("weekday_name", .text, "The English name of the day of the week."),
        attribute("is_weekend", .boolean, "Whether the day is a Saturday or a Sunday."),
        attribute(
            "fiscal_year",
            .integer,
            "The fiscal year, by the year in which it ends."
        ),
        attribute("fiscal_quarter", .integer, "The quarter of the fiscal year, 1 to 4."),
        attribute("fiscal_month", .integer, "The month of the fiscal year, 1 to 12."),
    ]

    private static let holidayAttributes: [Attribute] = [
        attribute("is_holiday", .boolean, "Whether the day is a holiday."),
        attribute("holiday_name", .text, "The names of the day's holidays."),
    ]

    private static func attribute(
        _ name: String,
        _ type: ColumnType,
        rules: [Rule] = [],
        _ description: String
    ) -> Attribute {
        let plan = ValuePlan(name: name, source: ExactText(name), type: type, rules: rules)
        return Attribute(plan: plan, change: .fixed, description: description)
    }
}
