package import Ledger
package import Markup
import Planning
import Words

/// The tables of the star, and how fresh they are.
package struct TablesPage: Page {
    /// The tables.
    package let tables: [TableSummary]
    /// The pipeline that they are of; `nil` for all.
    package let pipeline: String?

    package init(tables: [TableSummary], pipeline: String? = nil) {
        self.tables = tables
        self.pipeline = pipeline
    }

    package var heading: String { "Tables" }
    package var tab: PageSection { .tables }
    package var command: String? { "longshore periods" + (pipeline.map { " \($0)" } ?? "") }

    @MarkupBuilder package var content: Markup {
        PageParts.head(Markup(text: "Tables"), sub: Markup(text: sentence))
        section(.class("panel"), .label("Tables")) {
            PageParts.list(
                [
                    "Pipeline", "Table", "Kind", "Periods", "Newest", .number("Rows"),
                    .number("Rejected"), .number("Fresh"), .number("Load"),
                ],
                rows: tables.map(row),
                empty: "Nothing was loaded yet."
            )
        }
    }

    private var sentence: String {
        let names = Set(tables.map(\.pipeline)).count
        return "\(counted(tables.count, "table")) of \(counted(names, "pipeline"))"
            + (pipeline.map { ": \($0)" } ?? "")
            + (tables.count == TableDesk.mostTables ? ", and perhaps more" : "")
    }

    private func row(_ table: TableSummary) -> Markup {
        tr {
            td { a(.href(Link("tables").with("pipeline", table.pipeline))) { table.pipeline } }
            td {
                a(.href(Link("tables", table.schema, table.table))) {
                    "\(table.schema).\(table.table)"
                }
            }
            td(.class("dim")) { table.kind.rawValue }
            td { TableFacts.states(table) }
            td(.class("mono")) { table.newest ?? "–" }
            td(.class("num")) { grouped(table.rows) }
            td(.class("num")) { grouped(table.rejected) }
            td(.class("num")) { table.age.map { Figures.age(seconds: $0) } ?? "–" }
            td(.class("num")) {
                if let load = table.load {
                    a(.href(Link("loads", String(load)))) { String(load) }
                }
            }
        }
    }
}

/// What is said of a table.
enum TableFacts {
    /// How its periods stand: `12 loaded, 1 stale`.
    static func states(_ table: TableSummary) -> Markup {
        let states = [PeriodState.stale, .pending, .loaded, .closed]
            .compactMap { state in table.periods[state].map { (state, $0) } }
        return Markup(
            states.map { state, count in
                span(.class("legend")) {
                    StateMark(state)
                        .word(
                            table.isByPeriod
                                ? "\(grouped(count)) \(state.rawValue)" : state.rawValue
                        )
                }
            }
        )
    }
}
