package import Ledger
package import Markup
import Planning
import Words

/// Refused rows: how many by rule, where they come from, and a page of them.
package struct RejectsPage: Page {
    /// The most rejects of a page.
    package static let mostRejects = 100

    /// Which are meant.
    package struct Chosen: Sendable, Hashable, Encodable {
        /// Parameters and their values, as the page's address has them.
        package var values: [String: String]
        /// Whether settled ones are among them.
        package var isAll: Bool

        package init(values: [String: String], isAll: Bool) {
            self.values = values
            self.isAll = isAll
        }
    }

    /// The parameters by which rejects are chosen.
    package static let parameters = ["pipeline", "table", "rule", "period", "source", "load"]

    /// Which are shown.
    package let chosen: Chosen
    /// Open ones by table, rule and column.
    package let groups: [RejectGroup]
    /// Where they come from.
    package let sources: [RejectSource]
    /// Some of them.
    package let rejects: [RejectLine]
    /// The number of the last of these, where there are more.
    package let next: Int64?

    package init(
        chosen: Chosen,
        groups: [RejectGroup],
        sources: [RejectSource],
        rejects: [RejectLine]
    ) {
        self.chosen = chosen
        self.groups = groups
        self.sources = sources
        self.rejects = Array(rejects.prefix(Self.mostRejects))
        next = rejects.count > Self.mostRejects ? self.rejects.last?.reject : nil
    }

    package var heading: String { "Rejects" }
    package var tab: PageSection { .rejects }
    package var command: String? {
        let options = Self.parameters.compactMap { name in
            chosen.values[name].map { " --\(name) \(CommandLine.quoted($0))" }
        }
        return "longshore rejects list" + options.joined() + (chosen.isAll ? " --all" : "")
    }

    package var acts: [PageAct] {
        guard open > 0, chosen.values["pipeline"] != nil || chosen.values["table"] != nil else {
            return []
        }
        let fields = Self.parameters.compactMap { name in chosen.values[name].map { (name, $0) } }
        return [.rejects("replay", fields), .rejects("waive", fields)]
    }

    private var here: Link {
        let link = Self.parameters.reduce(Link("rejects")) { $0.with($1, chosen.values[$1]) }
        return chosen.isAll ? link.with("state", "all") : link
    }

    private var open: Int { groups.reduce(0) { $0 + $1.rejects } }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: "Rejects"),
            sub: Markup(
                text:
                    "\(grouped(open)) open, in \(counted(groups.count, "group")) of table, rule and column"
            ),
            acts: Markup(build: {
                a(.class("btn"), .href(export)) { "Export as CSV" }
            })
        )
        filters
        div(.class("cols")) {
            PageParts.panel("By rule", note: "open ones") { byRule }
            PageParts.panel("By source", note: sourceNote) { bySource }
        }
        PageParts.panel(
            "Rows",
            note: "what stands in them, operators see",
            end: PageParts.choices([
                ("open", here.with("state", nil), !chosen.isAll),
                ("all", here.with("state", "all"), chosen.isAll),
            ])
        ) {
            rows
            PageParts.more(next.map { here.with("after", String($0)) })
        }
    }

    private var export: Link {
        Self.parameters.reduce(Link("rejects.csv")) { $0.with($1, chosen.values[$1]) }
    }

    /// What is chosen, each with a way out.
    private var filters: Markup {
        guard !chosen.values.isEmpty else { return Markup() }
        return p(.class("gapb legend")) {
            for name in Self.parameters {
                if let value = chosen.values[name] {
                    span {
                        "\(name) "
                        b { value }
                        " "
                        a(.href(here.with(name, nil)), .label("without \(name) \(value)")) { "×" }
                    }
                }
            }
        }
    }

    private var byRule: Markup {
        PageParts.list(
            ["Table", "Rule", "Column", .number("Rows")],
            rows: groups.map { group in
                let table = "\(group.schema).\(group.table)"
                return tr {
                    td { a(.href(Link("tables", group.schema, group.table))) { table } }
                    td {
                        a(.href(here.with("table", table).with("rule", group.rule))) { group.rule }
                    }
                    td(.class("mono")) { group.column ?? "–" }
                    td(.class("num")) { grouped(group.rejects) }
                }
            },
            empty: "No reject is open."
        )
    }

    private var sourceNote: String {
        let counted = sources.reduce(0) { $0 + $1.rejects }
        return counted >= RejectDesk.mostCounted
            ? "of the first \(grouped(RejectDesk.mostCounted))" : ""
    }

    private var bySource: Markup {
        PageParts.list(
            ["Source", .number("Rows")],
            rows: sources.map { source in
                tr {
                    td {
                        a(.href(here.with("source", source.source))) {
                            VisibleText.shortened(VisibleText.line(source.source), to: 120)
                        }
                    }
                    td(.class("num")) { grouped(source.rejects) }
                }
            },
            empty: "None."
        )
    }

    private var rows: Markup {
        PageParts.list(
            ["Reject", "Table", "Period", "Rule", "Column", "Why", "Where", "State"],
            rows: rejects.map { reject in
                tr {
                    td(.class("mono")) {
                        a(.href(Link("rejects", String(reject.reject)))) { String(reject.reject) }
                    }
                    td { reject.table }
                    td(.class("mono")) { reject.period.isEmpty ? "–" : reject.period }
                    td { reject.rule }
                    td(.class("mono")) { reject.column ?? "–" }
                    td(.class("small")) { reject.reason ?? "" }
                    td(.class("small")) {
                        "\(VisibleText.shortened(VisibleText.line(reject.source), to: 60)), line \(grouped(reject.line))"
                    }
                    td { reject.state.rawValue }
                }
            },
            empty: "There is no such reject."
        )
    }

    private enum CodingKeys: String, CodingKey {
        case chosen, groups, sources, rejects, next
    }
}
