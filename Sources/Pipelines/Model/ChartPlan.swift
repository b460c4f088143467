public import Charts

/// What a chart shows of its rows, and how it is drawn.
public struct ChartPlan: Sendable, Hashable {
    /// How values are drawn.
    public var kind: Chart.Kind
    /// The column whose values are the places of the x axis.
    public var x: String
    /// The columns with the values: each is a series where there are several.
    public var y: [String]
    /// The column whose values are the names of the series; `nil` where there is none.
    public var series: String?
    /// What stands on top; `{column}` is a value of the key.
    public var title = ""
    /// How numbers are written.
    public var numbers = NumberFormat.plain
    /// What a series has where it has no row.
    public var absent = ChartRows.Absent.gap
    /// Whether bars go from left to right.
    public var isSideways = false
    /// What is made of it, each once.
    public var formats = [ChartFormat.svg]

    /// A chart of columns.
    public init(_ kind: Chart.Kind, x: String, y: [String], series: String? = nil) {
        self.kind = kind
        self.x = x
        self.y = y
        self.series = series
    }

    /// The columns that it shows, in the order of a row of its values, each with the key that names it.
    public var columns: [(name: String, key: String)] {
        [(x, "x")] + (series.map { [($0, "series")] } ?? []) + y.map { ($0, "y") }
    }

    /// All that decides how values look, with the number of the drawing.
    var settings: String {
        let columns = columns.map { "\($0.key) \($0.name)" }
        let others = [
            title, numbers.name, absent.rawValue, isSideways ? "sideways" : "",
            formats.map(\.rawValue).joined(separator: ","), "drawing \(Chart.drawing)",
        ]
        return ([kind.rawValue] + columns + others).joined(separator: "\n")
    }
}

/// What is made of a chart.
public enum ChartFormat: String, Sendable, Hashable, CaseIterable {
    /// Lines and texts, which are sharp in every size.
    case svg
    /// Dots.
    case png

    /// The name of an object in this format: `{format}` stands for it.
    public func name(_ text: String) -> KeyedName {
        KeyedName(text).replacing("format", with: rawValue)
    }
}
