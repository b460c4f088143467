import Pipelines

/// What a draft makes of dates.
extension DraftTables {
    /// Cuts facts into periods where their files or dates are of one.
    mutating func findPeriods() {
        for index in tables.indices where !dimensionNames.contains(tables[index].name) {
            guard let column = tables[index].moment, let days = DraftDays(column) else { continue }
            guard let found = slices(of: tables[index], days) ?? onePeriod(days) else {
                tables[index].remarks
                    .append(
                        "with a file for each period, like \(example(tables[index])): add "
                            + "`period: \(column.name)` here and `{period}` in `csv`"
                    )
                continue
            }
            guard periods == nil || periods == found.range else { continue }
            periods = found.range
            tables[index].periodColumn = column.profile.name
            tables[index].pattern = found.pattern
        }
    }

    /// The periods that the file's name and those beside it say.
    private func slices(
        of table: DraftTable,
        _ days: DraftDays
    ) -> (range: ClosedRange<Period>, pattern: String?)? {
        guard case .file(_, let name, let others) = table.origin.place,
            let slice = FileSlice(name), days.lie(within: slice.period)
        else { return nil }
        return (slice.neighbours(among: Set(others)), slice.pattern)
    }

    /// The shortest period that all rows lie in.
    private func onePeriod(_ days: DraftDays) -> (range: ClosedRange<Period>, pattern: String?)? {
        for grain in [PeriodGrain.month, .quarter, .year] {
            let period = Period(grain, containing: days.first)
            if days.lie(within: period) { return (period...period, nil) }
        }
        return nil
    }

    private func example(_ table: DraftTable) -> String {
        "\(table.name)_2024-01.csv"
    }

    /// Adds a calendar, and to each fact with a date the day.
    mutating func addCalendar() {
        let taken = Set(tables.map(\.name))
        let name = SuggestedName.table(taken.contains("date") ? "calendar" : "date", taken: taken)
        for index in tables.indices where !dimensionNames.contains(tables[index].name) {
            guard let column = tables[index].moment, let days = DraftDays(column),
                let start = Day(year: days.first.civil.year, month: 1, day: 1),
                let end = Day(year: days.last.civil.year, month: 12, day: 31)
            else { continue }
            let known = calendar ?? (name, start, end)
            calendar = (name, min(known.first, start), max(known.last, end))
            tables[index].references
                .append(
                    DraftTable.Reference(
                        name: SuggestedName.column("day", taken: tables[index].taken),
                        dimension: name,
                        from: column.profile.name
                    )
                )
        }
    }
}
