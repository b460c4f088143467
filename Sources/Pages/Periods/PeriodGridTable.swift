import Ledger
import Markup
import Planning
import Words

/// The table of a grid: a row for each table, a column for each span of time.
struct PeriodGridTable {
    let grid: PeriodGridReport
    let now: Int
    /// What its cells show.
    var measure = GridMeasure.state
    /// The page that the grid is in.
    let here: Link
    /// The period that is looked at beside it.
    let selected: (schema: String, table: String, period: String)?

    var content: Markup {
        let scale = GridScale(measure, grid, now: now)
        return table(.class("grid")) {
            thead {
                years
                tr {
                    th(.class("l"), .scope("col")) { "Table" }
                    for start in grid.columns {
                        th(.scope("col"), .title(grid.zoom.label(of: start))) {
                            grid.zoom.shortLabel(of: start)
                        }
                    }
                    th(.class("num"), .scope("col")) { "Rows, last" }
                    th(.class("num"), .scope("col")) { "Rejected" }
                    th(.class("num"), .scope("col")) { "Fresh" }
                    th(.class("l"), .scope("col")) { "Volume" }
                }
            }
            tbody {
                for (number, pipeline) in pipelines.enumerated() {
                    tr {
                        th(
                            .class("pipe"),
                            Attribute("colspan", grid.columns.count + 5),
                            .scope("rowgroup")
                        ) { pipeline.name }
                    }
                    for (place, row) in pipeline.rows.enumerated() {
                        self.row(row, isFirst: number == 0 && place == 0, by: scale)
                    }
                }
            }
        }
    }

    private var pipelines: [(name: String, rows: [GridRow])] {
        var pipelines: [(name: String, rows: [GridRow])] = []
        for row in grid.rows {
            if pipelines.last?.name == row.pipeline {
                pipelines[pipelines.count - 1].rows.append(row)
            } else {
                pipelines.append((row.pipeline, [row]))
            }
        }
        return pipelines
    }

    /// The years above the columns of months and days.
    private var years: Markup {
        var spans: [(year: Substring, columns: Int)] = []
        for start in grid.columns {
            let year = start.prefix(4)
            if spans.last?.year == year {
                spans[spans.count - 1].columns += 1
            } else {
                spans.append((year, 1))
            }
        }
        return tr {
            td()
            for span in spans {
                th(.class("yr"), Attribute("colspan", span.columns), .scope("colgroup")) {
                    String(span.year)
                }
            }
            td(Attribute("colspan", 4))
        }
    }

    private func row(_ row: GridRow, isFirst: Bool, by scale: GridScale) -> Markup {
        let cells = Dictionary(uniqueKeysWithValues: row.cells.map { ($0.start, $0) })
        let newest = row.cells.last { $0.rows != nil }
        return tr {
            th(.class("row"), .scope("row")) {
                span(.class("kind")) { row.kind.rawValue }
                " "
                a(.href(Link("tables", row.schema, row.table))) { row.name }
            }
            for start in grid.columns {
                td(.class("c")) {
                    if let cell = cells[start] {
                        self.cell(
                            cell,
                            of: row,
                            isFirst: isFirst && start == row.cells.first?.start,
                            by: scale
                        )
                    }
                }
            }
            td(.class("m num")) { newest?.rows.map(grouped) ?? "–" }
            td(.class("m num")) {
                newest.map { Figures.share($0.rejected, of: ($0.rows ?? 0) + $0.rejected) } ?? "–"
            }
            td(.class("m num")) {
                row.cells.compactMap(\.loadedAt).max()
                    .map { Figures.age(seconds: now - $0) } ?? "–"
            }
            td(.class("m")) { volume(grid.columns.map { cells[$0]?.rows }) }
        }
    }

    private func cell(
        _ cell: GridCell,
        of row: GridRow,
        isFirst: Bool,
        by scale: GridScale
    ) -> Markup {
        let mark = StateMark(cell.standing)
        let name = "\(row.schema).\(row.table) \(cell.name)"
        var facts = ["state \(mark.rawValue)"]
        if let rows = cell.rows { facts.append("\(grouped(rows)) rows") }
        if cell.rejected > 0 { facts.append("\(grouped(cell.rejected)) rejected") }
        if let load = cell.load { facts.append("load \(load)") }
        let age = cell.loadedAt.map { Figures.age(seconds: now - $0) }
        if let age, measure == .age { facts.append("\(age) old") }
        if let reason = cell.reason { facts.append(reason) }
        return a(
            .class("cell"),
            .href(link(to: cell, of: row)),
            isSelected(cell, of: row) ? .current : nil,
            .tabIndex(isFirst ? 0 : -1),
            .label(([name] + facts).joined(separator: ", ")),
            .tip(
                name,
                [
                    "state": mark.rawValue, "rows": cell.rows.map(grouped) ?? "–",
                    "rejected": grouped(cell.rejected),
                    "load": cell.load.map(String.init) ?? "–", "age": age ?? "–",
                ]
            )
        ) { scale.sign(of: cell, in: row) }
    }

    private func isSelected(_ cell: GridCell, of row: GridRow) -> Bool {
        guard let selected, cell.periods == 1 else { return false }
        return selected == (row.schema, row.table, cell.first)
    }

    /// The period beside the grid; of several, the grid that tells them apart.
    private func link(to cell: GridCell, of row: GridRow) -> Link {
        guard cell.periods > 1 else {
            return here.with("of", "\(row.schema).\(row.table)").with("period", cell.first)
        }
        let finer: PeriodGridReport.Zoom = grid.zoom == .year ? .month : .day
        return here.with("pipeline", row.pipeline).with("zoom", finer.rawValue)
            .with("until", cell.last)
    }

    /// Bars of rows, the highest of which is as high as the picture.
    private func volume(_ rows: [Int?]) -> Markup {
        let (width, height) = (62.0, 18.0)
        let most = Double(rows.compactMap(\.self).max() ?? 0)
        let step = width / Double(max(rows.count, 1))
        return svg(.size(width, height), .decorative) {
            for (place, rows) in rows.enumerated() where rows != nil {
                let bar = max(1, most > 0 ? height * Double(rows ?? 0) / most : 1)
                rect(
                    .class("b1"),
                    .box(Double(place) * step, height - bar, max(step - 1, 0.6), bar)
                )
            }
        }
    }
}

extension StateMark {
    /// The sign of how a cell stands.
    init(_ standing: GridCell.Standing) {
        self =
            switch standing {
            case .failed: .failed
            case .overdue: .overdue
            case .stale: .stale
            case .loading: .loading
            case .pending: .pending
            case .loaded: .loaded
            case .closed: .closed
            }
    }
}

extension GridCell {
    /// Its period, or the first and last of several.
    var name: String { first == last ? first : "\(first) to \(last)" }
}

extension PeriodGridReport.Zoom {
    /// What the choice says.
    var title: String {
        switch self {
        case .day: "Day"
        case .month: "Month"
        case .year: "Year"
        }
    }

    /// A column's name: `2026-09-01`, `2026-09`, `2026`.
    func label(of start: String) -> String {
        switch self {
        case .day: start
        case .month: String(start.prefix(7))
        case .year: String(start.prefix(4))
        }
    }

    /// A column's name where the year stands above it.
    func shortLabel(of start: String) -> String {
        switch self {
        case .day: String(start.suffix(2))
        case .month: String(start.prefix(7).suffix(2))
        case .year: ""
        }
    }
}
