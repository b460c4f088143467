/// When people may be called: 7 to 19 from Monday to Friday, 8 to 15 on Saturday, not on Sunday.
///
/// Those are the hours of Colombia's law 2300 of 2023.
struct OpeningHours: Sendable {
    /// How many calls the day has, relative to others.
    let weight: Int

    private let firstHour: Int
    /// How many calls each hour has, relative to the others.
    private let hours: [Int]

    init(day: CivilDay) {
        switch day.weekday {
        case 5:
            firstHour = 8
            hours = [8, 12, 13, 11, 9, 6, 4]
            weight = 45
        case 6:
            firstHour = 0
            hours = [1]
            weight = 0
        default:
            firstHour = 7
            hours = [4, 9, 13, 13, 11, 6, 6, 9, 11, 12, 9, 5]
            weight = 100
        }
    }

    /// The time of call `index` of `count`, in seconds since midnight: later for each next one.
    func time(_ index: Int, of count: Int, _ random: inout SplitMix64) -> Int {
        let precision = 1_000
        let seconds = hours.reduce(0, +) * 3_600
        var place = (index * precision + random.below(precision)) * seconds / (count * precision)
        for (hour, weight) in hours.enumerated() {
            if place < weight * 3_600 { return (firstHour + hour) * 3_600 + place / weight }
            place -= weight * 3_600
        }
        return (firstHour + hours.count) * 3_600 - 1
    }
}
