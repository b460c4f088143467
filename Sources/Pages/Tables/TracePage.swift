package import Inquiry
package import Markup
import Words

/// Rows with a key, and where they came from.
package struct TracePage: Page {
    /// The schema of the table.
    package let schema: String
    /// The table.
    package let table: String
    /// The key's values.
    package let key: [String]
    /// The rows.
    package let rows: [TracedRow]
    /// Why there is none to show.
    package let problem: String?

    package init(
        schema: String,
        table: String,
        key: [String],
        rows: [TracedRow],
        problem: String? = nil
    ) {
        self.schema = schema
        self.table = table
        self.key = key
        self.rows = rows
        self.problem = problem
    }

    private var name: String { "\(schema).\(table)" }

    package var heading: String { ([name] + key).joined(separator: " ") }
    package var tab: PageSection { .tables }
    package var command: String? {
        (["longshore trace \(name)"] + key.map(CommandLine.quoted)).joined(separator: " ")
    }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: key.isEmpty ? name : key.joined(separator: " · ")),
            crumb: Markup(build: {
                a(.href(Link("tables"))) { "Tables" }
                " / "
                a(.href(Link("tables", schema, table))) { name }
            }),
            sub: Markup(text: rows.isEmpty ? "Where a row came from" : counted(rows.count, "row"))
        )
        if let problem { p(.class("note gapb")) { problem } }
        for row in rows {
            div(.class("cols")) {
                if !row.columns.isEmpty {
                    PageParts.panel("The row") {
                        PageParts.list(
                            ["Column", "Value"],
                            rows: row.columns.map { column in
                                tr {
                                    td(.class("mono dim")) { column.name }
                                    td { column.value ?? "–" }
                                }
                            },
                            empty: ""
                        )
                    }
                }
                PageParts.panel("Came from") { div(.class("body")) { origin(row) } }
            }
        }
    }

    private func origin(_ row: TracedRow) -> Markup {
        guard let load = row.load else {
            return p { "Nobody: the unknown member is always there." }
        }
        guard let origin = row.origin else {
            return p {
                row.isInferred
                    ? "A fact of load \(load) named it before the dimension did."
                    : "Load \(load), whose task is no longer in the ledger."
            }
        }
        return PageParts.facts([
            (
                "Load",
                Markup(build: {
                    a(.href(Link("loads", String(load)))) { String(load) }
                    " of \(origin.pipeline), asked for by \(origin.requestedBy)"
                })
            ),
            (
                "Task",
                Markup(
                    text: origin.task + (origin.period.isEmpty ? "" : " (\(origin.period))")
                        + ", attempt \(origin.attempt)"
                )
            ),
            (
                "Committed",
                Markup(text: "\(Figures.time(origin.committedAt)) by \(origin.worker ?? "–")")
            ),
            ("Input", origin.input.map(Markup.init(text:))),
            ("Line", places(origin).map(Markup.init(text:))),
            ("Definition", code { String(origin.definition.prefix(12)) }),
            (
                "Ended by",
                row.writtenBy.map { Markup(text: "load \($0), which wrote the row last") }
            ),
            (
                "Reads",
                row.reads.isEmpty
                    ? nil
                    : Markup(
                        row.reads.map { read in
                            div {
                                read.table
                                if let load = read.load {
                                    ", written last by "
                                    a(.href(Link("loads", String(load)))) { "load \(load)" }
                                }
                            }
                        }
                    )
            ),
        ])
    }

    private func places(_ origin: TracedRow.Origin) -> String? {
        if let unknown = origin.placesUnknown { return "not known: \(unknown)" }
        let places = (origin.places ?? []).map { "\($0.line) of \($0.input)" }
        return places.isEmpty ? nil : places.joined(separator: ", ")
    }

    private enum CodingKeys: String, CodingKey {
        case schema, table, key, rows, problem
    }
}
