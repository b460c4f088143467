import Pipelines
import Words

/// What a draft makes of dates.
extension DraftTables {
    /// Cuts facts into periods where their files or dates are of one.
    mutating func findPeriods() {
        for index in tables.indices where !dimensionNames.contains(tables[index].name) {
            guard let column = tables[index].moment else { continue }
            guard let found = slices(of: tables[index]),
                periods == nil || periods == found.range
            else {
                tables[index].remarks.append(whole(tables[index], column))
                continue
            }
            periods = found.range
            tables[index].periodColumn = column.profile.name
            tables[index].pattern = found.pattern
            if !found.unseen.isEmpty {
                let count = found.unseen.count
                let files =
                    counted(count, "file")
                    + agreeing(count, " of another period was", " of other periods were")
                tables[index].remarks
                    .append(
                        "\(files) not looked at: `longshore check --sources` judges what they hold"
                    )
            }
        }
    }

    /// The periods that the file's name and those beside it say.
    private func slices(
        of table: DraftTable
    ) -> (range: ClosedRange<Period>, pattern: String, unseen: [Period])? {
        guard let name = table.origin.object, let slice = FileSlice(name),
            let column = table.moment?.profile.name
        else { return nil }
        let parts = table.origin.parts.isEmpty ? [(name, table.origin.profile)] : table.origin.parts
        var seen: Set<Period> = []
        for (file, profile) in parts {
            guard let part = FileSlice(file), let found = profile.column(column),
                let days = DraftDays(DraftTable.Column(name: column.text, profile: found)),
                days.lie(within: part.period)
            else { return nil }
            seen.insert(part.period)
        }
        let range = slice.neighbours(among: Set(table.origin.others.exact))
        guard seen.allSatisfy(range.contains) else { return nil }
        var all = [range.lowerBound]
        while let last = all.last, last < range.upperBound { all.append(last.next) }
        return (range, slice.pattern, all.filter { !seen.contains($0) })
    }

    /// Days of the longest calendar that is made: a date that means `never` makes none.
    private static let calendarDaysMade = 200 * 366

    /// Why a fact is loaded whole, and what would cut it into periods.
    private func whole(_ table: DraftTable, _ column: DraftTable.Column) -> String {
        guard let name = table.origin.object else {
            return "it is loaded whole: `:period_start` and `:period_end` in the query and "
                + "`period: \(column.name)` would cut it"
        }
        if let slice = FileSlice(name), let periods, periods.contains(slice.period) {
            return "its files are not of the same periods as another fact's, so it is loaded whole"
        }
        if let slice = FileSlice(name) {
            return
                "`\(slice.label)` in the file's name is not the period of every `\(column.name)`, so it "
                + "is loaded whole"
        }
        return "with a file for each period, like \(table.name)_2024-01.csv: add "
            + "`period: \(column.name)` here and `{period}` in `csv`"
    }

    /// Adds a calendar, and to each fact with a date the day.
    mutating func addCalendar() {
        let taken = Set(tables.map(\.name))
        let name = SuggestedName.table(taken.contains("date") ? "calendar" : "date", taken: taken)
        for index in tables.indices where !dimensionNames.contains(tables[index].name) {
            guard let column = tables[index].moment, let days = DraftDays(column)
            else { continue }
            let range = calendarDays(days, isByPeriod: tables[index].periodColumn != nil)
            guard let start = Day(year: range.lowerBound.civil.year, month: 1, day: 1),
                let end = Day(year: range.upperBound.civil.year, month: 12, day: 31),
                end.number - start.number < Self.calendarDaysMade
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

    /// The days that rows may lie in: those of the dates, in whatever zone, and of the periods.
    private func calendarDays(_ days: DraftDays, isByPeriod: Bool) -> ClosedRange<Day> {
        let slack = days.hasOffset ? 1 : 0
        var (first, last) = (days.first.number - slack, days.last.number + slack)
        if isByPeriod, let periods {
            first = min(first, periods.lowerBound.start.number)
            last = max(last, periods.upperBound.end.number - 1)
        }
        return Day(number: first)...Day(number: last)
    }
}
