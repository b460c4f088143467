package import Ledger
package import Markup
import Planning
import Words

/// A table: what it has, where that comes from, and how fresh it is.
package struct TablePage: Page {
    /// The table.
    package let table: TableReport
    /// What it is made from, and what from it; `nil` where this program cannot read its definition.
    package let origins: TableOrigins?
    /// Its open rejects by rule and column.
    package let rejects: [RejectGroup]

    package init(table: TableReport, origins: TableOrigins?, rejects: [RejectGroup]) {
        self.table = table
        self.origins = origins
        self.rejects = rejects
    }

    private var summary: TableSummary { table.summary }
    private var name: String { "\(summary.schema).\(summary.table)" }
    private var here: Link { Link("tables", summary.schema, summary.table) }

    package var heading: String { name }
    package var tab: PageSection { .tables }
    package var command: String? { "longshore periods \(summary.pipeline)" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: name),
            crumb: Markup(build: {
                a(.href(Link("tables"))) { "Tables" }
                " / "
                a(.href(Link("tables").with("pipeline", summary.pipeline))) { summary.pipeline }
            }),
            sub: Markup(text: sentence)
        )
        div(.class("cols")) {
            div {
                PageParts.panel("Rows by period", note: volumeNote) {
                    div(.class("body scroll"), .tabIndex(0)) {
                        TableVolume(table.volume, of: here).content
                    }
                }
                PageParts.panel("Columns", note: counted(table.columns.count, "column")) { columns }
                PageParts.panel("What loads did") { history }
            }
            div {
                PageParts.panel("Freshness") { div(.class("body stack")) { freshness } }
                if let origins {
                    PageParts.panel("Where it comes from") {
                        div(.class("body stack")) { lineage(origins) }
                    }
                }
                PageParts.panel("Open rejects") { rejected }
                PageParts.panel("Where a row came from") { div(.class("body")) { search } }
            }
        }
    }

    private var sentence: String {
        "\(summary.kind.rawValue) \(summary.name) of \(summary.pipeline) · "
            + "\(grouped(summary.rows)) rows"
            + (origins?.description.map { " · \($0)" } ?? "")
    }

    private var volumeNote: String {
        summary.isByPeriod ? "the newest \(counted(table.volume.count, "period"))" : "loaded whole"
    }

    private var columns: Markup {
        let key = Set(origins?.key ?? [])
        return PageParts.list(
            ["Column", "Type", "May be empty", "What it is"],
            rows: table.columns.map { column in
                tr {
                    td(.class("mono")) { column.name }
                    td(.class("mono dim")) { column.type }
                    td { column.isNullable ? "yes" : "no" }
                    td(.class("small")) {
                        let parts = [
                            key.contains(column.name) ? "part of the key" : nil, column.comment,
                        ]
                        parts.compactMap(\.self).joined(separator: "; ")
                    }
                }
            },
            empty: "The table is not there."
        )
    }

    private var history: Markup {
        PageParts.list(
            ["Load", "Period", "Task", "Committed", .number("Rows"), "Did not hold"],
            rows: table.history.map { past in
                tr {
                    td { a(.href(Link("loads", String(past.load)))) { String(past.load) } }
                    td(.class("mono")) { past.period.isEmpty ? "–" : past.period }
                    td { StateMark(past.state).word(past.state.rawValue) }
                    td(.class("nowrap")) { Figures.time(past.committedAt) }
                    td(.class("num")) { past.rows.map(grouped) ?? "–" }
                    td(.class("small")) { past.warnings.joined(separator: "; ") }
                }
            },
            empty: "No load has written it."
        )
    }

    private var freshness: Markup {
        PageParts.facts([
            ("Stands", TableFacts.states(summary)),
            ("Written last", Markup(text: Figures.time(summary.loadedAt))),
            (
                "By",
                summary.load.map { load in a(.href(Link("loads", String(load)))) { "load \(load)" }
                }
            ),
            ("Newest", summary.newest.map(Markup.init(text:))),
            (
                "Rejected",
                Markup(
                    text:
                        "\(grouped(summary.rejected)), \(Figures.share(summary.rejected, of: summary.rows + summary.rejected)) of what was read"
                )
            ),
            (
                "Expected",
                origins.flatMap { $0.expectations.isEmpty ? nil : $0.expectations }
                    .map { Markup(text: $0.joined(separator: ", ")) }
            ),
        ])
    }

    private func lineage(_ origins: TableOrigins) -> Markup {
        PageParts.facts([
            ("Source", origins.source.map(Markup.init(text:))),
            (
                "Reads",
                origins.extract.map { text in code { VisibleText.shortened(text, to: 300) } }
            ),
            ("Key", origins.key.isEmpty ? nil : Markup(text: origins.key.joined(separator: ", "))),
            ("Needs", neighbours(origins.needs)),
            ("Feeds", neighbours(origins.feeds)),
        ])
    }

    private func neighbours(_ neighbours: [TableOrigins.Neighbour]) -> Markup? {
        guard !neighbours.isEmpty else { return nil }
        return Markup(
            neighbours.map { neighbour in
                div {
                    if let table = neighbour.table {
                        a(.href(Link("tables", summary.schema, table))) { neighbour.name }
                    } else {
                        a(.href(Link("exports"))) { neighbour.name }
                    }
                    " "
                    span(.class("dim")) { neighbour.kind }
                }
            }
        )
    }

    private var rejected: Markup {
        PageParts.list(
            ["Rule", "Column", .number("Rows")],
            rows: rejects.prefix(10)
                .map { group in
                    tr {
                        td {
                            a(.href(Link("rejects").with("table", name).with("rule", group.rule))) {
                                group.rule
                            }
                        }
                        td(.class("mono")) { group.column ?? "–" }
                        td(.class("num")) { grouped(group.rejects) }
                    }
                },
            empty: "None."
        )
    }

    /// A form for the key of a row, a field for each part of it.
    private var search: Markup {
        let parts =
            summary.kind == .mart ? (summary.isByPeriod ? ["period"] : []) : origins?.key ?? []
        return form(.class("stack"), Attribute("method", "get"), .action(rows)) {
            for (number, part) in parts.enumerated() {
                label(Attribute("for", "key\(number)")) { part }
                input(.id("key\(number)"), .name("key"), .type("text"), .flag("required"))
            }
            div { button(.class("btn"), .type("submit")) { "Trace" } }
        }
    }

    private var rows: Link { Link("tables", summary.schema, summary.table, "rows") }

    private enum CodingKeys: String, CodingKey {
        case table, origins, rejects
    }
}

/// Bars of rows by period.
struct TableVolume {
    private let volume: [TableReport.Volume]
    private let table: Link

    init(_ volume: [TableReport.Volume], of table: Link) {
        self.volume = volume
        self.table = table
    }

    private static let (left, width, height) = (46.0, 700.0, 140.0)

    var content: Markup {
        let most = Double(max(volume.compactMap(\.rows).max() ?? 0, 1))
        let unit = AxisSteps.numbers(upTo: most, atMost: 4)
        let high = (most / unit).rounded(.up) * unit
        return svg(
            .view(Self.left + Self.width + 8, Self.height + 28),
            .class("volume"),
            .tabIndex(0),
            .role("img"),
            .label(
                "Rows of \(counted(volume.count, "period")), at most \(grouped(Int(most)))"
            )
        ) {
            for line in 0...Int((high / unit).rounded()) {
                let y = place(Double(line) * unit, high)
                path(
                    .class("gl"),
                    .outline("M\(Int(Self.left)) \(Int(y))H\(Int(Self.left + Self.width))")
                )
                svgText(.class("ax"), .place(Self.left - 6, y + 4), .anchor("end")) {
                    Figures.short(Double(line) * unit)
                }
            }
            for (number, period) in volume.enumerated() { bar(period, number, high) }
            labels
        }
    }

    private func place(_ rows: Double, _ high: Double) -> Double {
        6 + Self.height * (1 - rows / high)
    }

    private var step: Double { Self.width / Double(max(volume.count, 1)) }

    private func bar(_ period: TableReport.Volume, _ number: Int, _ high: Double) -> Markup {
        let x = Self.left + step * Double(number)
        let y = place(Double(period.rows ?? 0), high)
        return Markup(build: {
            if period.rows != nil {
                rect(
                    .class(period.state == .stale ? "f-stale" : "b1"),
                    .box(x + step * 0.1, y, step * 0.8, max(Self.height + 6 - y, 1))
                )
            } else {
                rect(.class("f-pending"), .box(x + step * 0.1, Self.height, step * 0.8, 6))
            }
            rect(
                .class("hit"),
                .box(x, 6, step, Self.height),
                .tip(
                    period.period.isEmpty ? "all of it" : period.period,
                    [
                        "state": period.state.rawValue,
                        "rows": period.rows.map(grouped) ?? "–",
                        "rejected": period.rejected.map(grouped) ?? "–",
                        "load": period.load.map(String.init) ?? "–",
                    ]
                )
            )
        })
    }

    /// The first, the middle and the last.
    private var labels: Markup {
        let places =
            volume.count > 2 ? [0, volume.count / 2, volume.count - 1] : Array(volume.indices)
        return Markup(
            Set(places).sorted()
                .map { number in
                    svgText(
                        .class("ax"),
                        .place(Self.left + step * (Double(number) + 0.5), Self.height + 22),
                        .anchor(number == volume.count - 1 && number > 0 ? "end" : "middle")
                    ) { volume[number].period }
                }
        )
    }
}
