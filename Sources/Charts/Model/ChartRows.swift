import Words

/// The rows of a query as a chart's places and series.
public struct ChartRows: Sendable {
    /// What a series that has no row for a place has there.
    public enum Absent: String, Sendable, Hashable, CaseIterable {
        /// No value: a gap.
        case gap
        /// Nothing: zero.
        case zero
    }

    /// A row: where it stands on the x axis, of which series it is, and its value as it is written.
    public struct Row: Sendable {
        let x: String
        let series: String?
        let y: String?

        /// A row; `y` is `nil` where the query gave null.
        public init(x: String, series: String? = nil, y: String?) {
            self.x = x
            self.series = series
            self.y = y
        }
    }

    /// The x axis: days when every x is one, or else the names in the order in which they come.
    public let places: Chart.Places
    /// The series in the order in which they come.
    public let series: [Chart.Series]

    /// Arranges rows.
    ///
    /// - Parameters:
    ///   - rows: The rows, in the order of the query.
    ///   - column: What the values' column is called, for errors.
    ///   - absent: What a series without a row for a place has there.
    /// - Throws: ``ChartError`` for a value that is no number, and for two rows of one place and series.
    public init(_ rows: [Row], column: String, absent: Absent = .gap) throws(ChartError) {
        var xs = Numbering(), names = Numbering()
        var cells: [Cell: Quantity?] = [:]
        for row in rows {
            let cell = Cell(x: xs.number(of: row.x), series: names.number(of: row.series ?? ""))
            guard cells[cell] == nil else { throw .twice(place: row.x, series: row.series) }
            cells.updateValue(try Self.number(row, column), forKey: cell)
        }
        // Few rows make many values: as many as there are places, in each series.
        guard xs.texts.count <= Chart.mostPlaces else { throw .tooManyPlaces(xs.texts.count) }
        guard names.texts.count <= Chart.mostSeriesGiven else {
            throw .tooManySeries(names.texts.count)
        }
        let days = xs.texts.map { CalendarDay($0) }
        places = days.contains(nil) ? .categories(xs.texts) : .days(days.compactMap(\.self))
        series = names.texts.enumerated()
            .map { number, name in
                let values = xs.texts.indices.map { x in
                    cells[Cell(x: x, series: number)] ?? (absent == .zero ? .zero : nil)
                }
                return Chart.Series(name: name, values: values)
            }
    }

    private static func number(_ row: Row, _ column: String) throws(ChartError) -> Quantity? {
        guard let text = row.y else { return nil }
        guard let number = Quantity(text) else {
            throw .noNumber(place: row.x, series: row.series, column: column)
        }
        return number
    }

    private struct Cell: Hashable {
        var x: Int
        var series: Int
    }

    /// Texts in the order of their first coming.
    private struct Numbering {
        var texts: [String] = []
        private var numbers: [ExactText: Int] = [:]

        mutating func number(of text: String) -> Int {
            let exact = ExactText(text)
            if let number = numbers[exact] { return number }
            texts.append(text)
            numbers[exact] = texts.count - 1
            return texts.count - 1
        }
    }
}
