/// Which places of an axis of time have a label, and which one.
struct CalendarLabels {
    /// What a label says of its place.
    private enum Caption {
        case day
        case month
        case year
    }

    private let days: [CalendarDay]
    private let step: CalendarStep

    init(_ days: [CalendarDay], _ step: CalendarStep) {
        (self.days, self.step) = (days, step)
    }

    /// The most labels that fit: of days, of weeks, of months, of every second, third or sixth month, of years.
    ///
    /// The year stands below the first one, and wherever it changes.
    func labels(fitting fits: ([PlaceLabels.Label]) -> Bool) -> [PlaceLabels.Label] {
        let candidates = candidates().lazy.map { labels(at: $0.places, $0.caption) }
        return candidates.first { !$0.isEmpty && fits($0) }
            ?? labels(at: days.isEmpty ? [] : [0], step == .year ? .year : .month)
    }

    private func candidates() -> [(places: [Int], caption: Caption)] {
        let months = [1, 2, 3, 6]
            .map { every in (places: starts(every: every) { $0.month }, caption: Caption.month) }
        let years = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000]
            .map { every in (places: starts(every: every) { $0.year }, caption: Caption.year)
            }
        let all = Array(days.indices)
        switch step {
        case .day:
            let mondays = all.filter { days[$0].weekday == 0 }
            let everySecond = mondays.filter { (days[$0].number + 3) / 7 % 2 == 0 }
            return [all, mondays, everySecond].map { ($0, .day) } + months + years
        case .week:
            let rarer = [2, 4].map { every in all.filter { $0.isMultiple(of: every) } }
            return ([all] + rarer).map { ($0, .day) } + months + years
        case .month: return months + years
        case .year: return years
        }
    }

    /// The places where a month or a year begins, of those that are multiples of `every`.
    private func starts(every: Int, of period: (CalendarDay) -> Int) -> [Int] {
        days.indices.filter { place in
            let number = period(days[place])
            guard number % every == 0 else { return false }
            let before =
                step == .day || step == .week ? CalendarDay(number: days[place].number - 1) : nil
            if place > 0 { return period(days[place - 1]) != number }
            return before.map { period($0) != number } ?? true
        }
    }

    private func labels(at places: [Int], _ caption: Caption) -> [PlaceLabels.Label] {
        var lastYear: Int?
        return places.map { place in
            let day = days[place]
            let (year, number) = (day.year, day.dayOfMonth)
            defer { lastYear = year }
            let line =
                switch caption {
                case .day: "\(number) \(day.monthName)"
                case .month: day.monthName
                case .year: "\(year)"
                }
            let isNewYear = caption != .year && year != lastYear
            return PlaceLabels.Label(place: place, lines: isNewYear ? [line, "\(year)"] : [line])
        }
    }
}
