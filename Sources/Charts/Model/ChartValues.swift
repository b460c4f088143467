/// The values of a chart as a table: what it shows, exactly.
public struct ChartValues: Sendable, Hashable {
    /// What the columns are called: the x axis, then the series.
    public let columns: [String]
    /// A row for each place: its name, and the values as exact decimal numbers; `nil` where there is none.
    public let rows: [[String?]]
}

extension Chart {
    /// The values that the chart shows, of every series that was given; sums where it adds up over time.
    public var values: ChartValues {
        let shown = given.map { kind == .cumulativeLine ? Self.sums($0.values) : $0.values }
        return ChartValues(
            columns: [xTitle] + given.map(\.name),
            rows: axis.names.indices.map { place in
                [axis.names[place]] + shown.map { $0[place]?.text }
            }
        )
    }
}
