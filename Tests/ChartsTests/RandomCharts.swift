import TestSupport

@testable import Charts

/// Charts of any kind, with any numbers, gaps, texts, places and sizes.
struct RandomCharts {
    private var random: SeededGenerator
    private var text: HostileText

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        text = HostileText(seed: seed)
    }

    mutating func next() throws -> (chart: Chart, style: ChartStyle) {
        let count = [0, 1, 2, 7, 30, 130][Int.random(in: 0..<6, using: &random)]
        let places = places(count)
        let size = Int.random(in: 0...31, using: &random)
        let series = (0..<Int.random(in: 0...7, using: &random))
            .map { _ in
                Chart.Series(name: label(), values: (0..<count).map { _ in quantity(size) })
            }
        let chart = try Chart(
            Chart.Kind.allCases.randomElement(using: &random) ?? .bar,
            title: label(),
            subtitle: label(),
            xTitle: label(),
            yTitle: label(),
            format: NumberFormat.named.randomElement(using: &random)?.format ?? .plain,
            sideways: Bool.random(using: &random),
            places: places,
            series: series,
            marks: [
                Chart.Mark(.stale, places: ["2024-01-03"]), Chart.Mark(.missing, places: ["x"]),
            ]
        )
        let style = ChartStyle(
            width: Int.random(in: 300...900, using: &random),
            height: Int.random(in: 250...600, using: &random)
        )
        return (chart, style)
    }

    private mutating func places(_ count: Int) -> Chart.Places {
        guard Bool.random(using: &random) else {
            return .categories((0..<count).map { _ in label() })
        }
        let apart = [1, 7, 3].randomElement(using: &random) ?? 1
        return .days((0..<count).map { CalendarDay(number: 19_720 + $0 * apart) })
    }

    /// A text of any length.
    private mutating func label() -> String {
        let pieces = Int.random(in: 0..<4, using: &random) == 0 ? 20 : 1
        return (0..<pieces).map { _ in text.next() }.joined(separator: " ")
    }

    /// A number of at most so many digits, or none.
    private mutating func quantity(_ digits: Int) -> Quantity? {
        guard Int.random(in: 0..<8, using: &random) > 0 else { return nil }
        let most = Quantity.powerOfTen(digits)
        let fraction = Int128(Int.random(in: -1_000_000...1_000_000, using: &random))
        return Quantity(units: most / 1_000_000 * fraction + fraction % 7)
    }
}
