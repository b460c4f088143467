import Ledger
import Markup
import Words

/// All periods of each table at a glance: a line of colours over the whole time.
struct PeriodStripTable {
    let strips: PeriodStrips
    /// The first days of the columns of the grid, which are a part of that time.
    let columns: [String]

    var content: Markup {
        table(.class("strips")) {
            thead {
                tr {
                    th(.scope("col")) { "Table" }
                    th(.scope("col")) { "\(strips.first) to \(strips.beyond)" }
                }
            }
            tbody {
                for strip in strips.tables {
                    tr {
                        td {
                            a(.href(Link("tables", strip.schema, strip.table))) {
                                VisibleText.shortened(strip.name, to: 30)
                            }
                        }
                        td { line(strip) }
                    }
                }
            }
        }
    }

    /// One path for each way to stand: what is alike is one stroke.
    private func line(_ strip: PeriodStrip) -> Markup {
        let byStanding = Dictionary(grouping: strip.stretches, by: \.standing)
        let words = GridCell.Standing.allCases.compactMap { standing in
            byStanding[standing]
                .map { stretches in
                    "\(grouped(stretches.reduce(0) { $0 + $1.periods })) \(standing.rawValue)"
                }
        }
        return svg(
            .view(1_000, 12),
            .class("strip"),
            Attribute("preserveAspectRatio", "none"),
            .role("img"),
            .label("\(strip.name): \(words.joined(separator: ", "))"),
            .tip(strip.name, ["periods": words.joined(separator: ", ")])
        ) {
            for standing in GridCell.Standing.allCases.reversed() {
                if let stretches = byStanding[standing] {
                    path(.class("sp-\(standing.rawValue)"), .outline(outline(stretches)))
                }
            }
        }
    }

    private func outline(_ stretches: [PeriodStrip.Stretch]) -> String {
        stretches.map { stretch in
            let width = max(stretch.end - stretch.start, 0.8)
            return "M\(short(stretch.start)) 0h\(short(width))v12h-\(short(width))z"
        }
        .joined()
    }

    private func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths.isMultiple(of: 10) ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
