internal import Rows

/// Reads the section `dimensions`.
struct DimensionReading {
    let findings: Findings
    let columns: ColumnReading
    let extracts: ExtractReading

    func dimension(_ entry: YAMLNode.Entry) -> Dimension {
        let node = entry.value
        if let calendar = node["calendar"] { return self.calendar(entry, calendar) }
        let read = columns.columns(in: node, taken: ["\(entry.name)_key": "its surrogate key"])
        checkKey(node["key"], in: read)
        checkEffective(node["effective"], in: read)
        return Dimension(
            name: entry.name,
            content: .extract(extracts.extract(of: node, isByPeriod: false)),
            key: node["key"]?.texts ?? [],
            effective: node["effective"]?.text,
            attributes: read.attributes,
            references: read.references,
            checks: ExpressionReading(findings: findings).checks(of: node, in: read),
            expectations: ExpectationReading(
                findings: findings,
                extracts: extracts,
                columns: read,
                isByPeriod: false
            )
            .expectations(node["expect"]),
            pool: node["pool"]?.text ?? "default",
            description: node["description"]?.text
        )
    }

    // MARK: Key and versions

    private func checkKey(_ node: YAMLNode?, in columns: Columns) {
        guard let node else { return }
        var seen: Set<String> = []
        for item in node.text == nil ? node.items : [node] {
            guard let name = item.text else { continue }
            if !seen.insert(name).inserted {
                findings.add(.nameTaken, at: item.span, "`\(name)` stands twice in `key`")
            }
            guard let entry = columns.entry(name) else {
                reportUnknown(name, at: item.span, among: columns.names)
                continue
            }
            checkKeyColumn(entry, columns, at: item.span)
        }
    }

    private func checkKeyColumn(_ entry: YAMLNode.Entry, _ columns: Columns, at span: Span) {
        if columns.isReference(entry.name) {
            findings.add(
                .keyColumn,
                at: span,
                "the key column `\(entry.name)` is a reference",
                expected: "a column with a `type`"
            )
            return
        }
        if let change = entry.value.entry("scd") {
            findings.add(
                .keyColumn,
                at: change.key.span,
                "the key column `\(entry.name)` cannot have `scd`",
                expected: "no `scd`: a row with another key is another row"
            )
        }
        guard isSaidOptional(entry.value) else { return }
        findings.add(
            .keyColumn,
            at: entry.key.span,
            "the key column `\(entry.name)` is not `required`",
            expected: "`required: true`: a row without its key cannot be found again"
        )
    }

    /// Whether a column is not `required`, and not because the word is misspelt: that is reported.
    private func isSaidOptional(_ column: YAMLNode) -> Bool {
        if let required = column.entry("required")?.value { return required.bool == false }
        return column["type"] != nil
            && column.entries.allSatisfy { Grammar.dimensionColumn.key($0.name) != nil }
    }

    private func checkEffective(_ node: YAMLNode?, in columns: Columns) {
        guard let node, let name = node.text else { return }
        guard let entry = columns.entry(name) else {
            return reportUnknown(name, at: node.span, among: columns.names)
        }
        guard !columns.isMoment(entry) else { return }
        findings.add(
            .typeMismatch,
            at: node.span,
            "`effective` cannot be `\(name)`",
            expected: "a column of type `date` or `timestamp`"
        )
    }

    private func reportUnknown(_ name: String, at span: Span, among names: [String]) {
        findings.add(
            .nameUnknown,
            at: span,
            "the dimension has no column `\(name)`",
            expected: "a name under `columns`",
            suggestion: suggestion(for: name, among: names)
        )
    }

    // MARK: Calendars

    private func calendar(_ entry: YAMLNode.Entry, _ calendar: YAMLNode) -> Dimension {
        let first = day(calendar["from"])
        let last = day(calendar["to"])
        if let first, let last, first > last, let span = calendar["to"]?.span {
            findings.add(
                .valueRange,
                at: span,
                "the calendar ends on `\(last)`, before it begins",
                expected: "a day from `\(first)` on"
            )
        }
        let anyDay = Day(number: 0)
        return Dimension(
            name: entry.name,
            content: .calendar(first: first ?? anyDay, last: last ?? anyDay),
            key: ["date"],
            attributes: Self.calendarAttributes,
            pool: entry.value["pool"]?.text ?? "default",
            description: entry.value["description"]?.text
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
    private static let calendarAttributes: [Attribute] = [
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
    ]

    private static func attribute(
        _ name: String,
        _ type: ColumnType,
        rules: [Rule] = [],
        _ description: String
    ) -> Attribute {
        let plan = ValuePlan(name: name, source: name, type: type, rules: rules)
        return Attribute(plan: plan, change: .fixed, description: description)
    }
}
