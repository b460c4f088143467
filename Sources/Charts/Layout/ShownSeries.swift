/// A series as it is drawn.
struct ShownSeries: Sendable {
    /// Which of the colours it has; `nil` for the rest that shares one.
    let colour: Int?
    let name: String
    /// Sums where the chart adds up.
    let values: [Quantity?]
    /// From where to where each value is drawn; the same as `values` for lines.
    let spans: [Span?]

    /// From where to where a value is drawn.
    struct Span: Sendable, Hashable {
        var start: Quantity
        var end: Quantity
    }

    /// The last value, and where it stands.
    var last: (place: Int, value: Quantity)? {
        values.indices.reversed().lazy
            .compactMap { place in values[place].map { (place: place, value: $0) } }
            .first
    }
}

extension Chart.Kind {
    /// Whether its values are parts of a whole.
    var isStacked: Bool { self == .stackedBar || self == .area }
    /// Whether it is made of bars.
    public var isBars: Bool { self == .bar || self == .stackedBar }
    /// Whether it is made of lines.
    var isLines: Bool { self == .line || self == .cumulativeLine }
}

extension Chart {
    /// How many series have no colour of their own and are no part of a rest either.
    var seriesLeftOut: Int { kind.isStacked ? 0 : max(given.count - Self.mostSeriesShown, 0) }

    /// The series that are drawn: those of the largest values, and the rest as one where they are parts of a whole.
    func shownSeries() -> [ShownSeries] {
        let values = given.map { kind == .cumulativeLine ? Self.sums($0.values) : $0.values }
        let chosen = largestSeries()
        var shown = chosen.enumerated()
            .map { (colour: Optional($0), name: given[$1].name, values: values[$1]) }
        if kind.isStacked, chosen.count < given.count {
            let rest = values.indices.filter { !chosen.contains($0) }.map { values[$0] }
            shown.append((colour: nil, name: "Other", values: Self.total(rest)))
        }
        let spans =
            kind.isStacked ? Self.stacked(shown.map(\.values)) : shown.map { Self.spans($0.values) }
        return zip(shown, spans)
            .map {
                ShownSeries(colour: $0.colour, name: $0.name, values: $0.values, spans: $1)
            }
    }

    /// The places of the series with the largest sums of magnitudes, in the order in which they were given.
    private func largestSeries() -> [Int] {
        let sizes = given.map { series in
            series.values.reduce(UInt128(0)) { $0 + ($1?.units.magnitude ?? 0) }
        }
        let ordered = given.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
        return ordered.prefix(Self.mostSeriesShown).sorted()
    }

    /// All that came until then; a gap stays one.
    static func sums(_ values: [Quantity?]) -> [Quantity?] {
        var sum = Quantity.zero
        return values.map { value in
            guard let value else { return nil }
            sum = sum + value
            return sum
        }
    }

    /// The sum for each place of what there is.
    private static func total(_ series: [[Quantity?]]) -> [Quantity?] {
        (series.first ?? []).indices
            .map { place in
                let values = series.compactMap { $0[place] }
                return values.isEmpty ? nil : values.reduce(.zero, +)
            }
    }

    private static func spans(_ values: [Quantity?]) -> [ShownSeries.Span?] {
        values.map { $0.map { ShownSeries.Span(start: .zero, end: $0) } }
    }

    /// Each value on top of the ones before it, and below them where it is negative.
    private static func stacked(_ series: [[Quantity?]]) -> [[ShownSeries.Span?]] {
        var tops = [Quantity](repeating: .zero, count: series.first?.count ?? 0)
        var bottoms = tops
        return series.map { values in
            values.enumerated()
                .map { place, value in
                    guard let value else { return nil }
                    if value < .zero {
                        defer { bottoms[place] = bottoms[place] + value }
                        return ShownSeries.Span(start: bottoms[place], end: bottoms[place] + value)
                    }
                    defer { tops[place] = tops[place] + value }
                    return ShownSeries.Span(start: tops[place], end: tops[place] + value)
                }
        }
    }

    /// The places where a value is missing that the picture cannot do without.
    var missingPlaces: Set<Int> {
        let gaps = (0..<axis.count)
            .filter { place in
                kind.isStacked
                    ? given.contains { $0.values[place] == nil }
                    : given.allSatisfy { $0.values[place] == nil }
            }
        return (marks[.missing] ?? []).union(gaps)
    }
}
