package import Ledger
package import Markup
import Planning
import Words

/// The grid of periods, and what needs somebody.
package struct PeriodsPage: LivePage {
    package let heading = "Periods"
    package let tab = PageSection.periods

    /// The grid.
    package var grid: PeriodGridReport
    /// The pipelines that can be chosen.
    package var pipelines: [String]
    /// The pipeline that is chosen.
    package var pipeline: String?
    /// What needs somebody, the worst first.
    package var needs: [Need]
    /// All periods at a glance.
    package var strips: PeriodStrips
    /// The period that is looked at beside the grid.
    package var selected: PeriodStanding?
    /// The day that the last column has been asked for by.
    package var until: String?
    /// What the cells of the grid show.
    package var show: GridMeasure
    /// The table behind which the grid begins.
    package var after: String?
    /// Whether who looks can have something done.
    package var mayAct: Bool
    /// Now, in seconds since 1970.
    package var now: Int

    package init(
        grid: PeriodGridReport,
        pipelines: [String],
        pipeline: String?,
        needs: [Need],
        strips: PeriodStrips,
        selected: PeriodStanding? = nil,
        until: String? = nil,
        show: GridMeasure = .state,
        after: String? = nil,
        mayAct: Bool = false,
        now: Int
    ) {
        (self.show, self.after) = (show, after)
        self.strips = strips
        self.selected = selected
        self.until = until
        self.mayAct = mayAct
        self.grid = grid
        self.pipelines = pipelines
        self.pipeline = pipeline
        self.needs = needs
        self.now = now
    }

    package var command: String? {
        "longshore periods" + (pipeline.map { " \($0)" } ?? "")
    }

    private enum CodingKeys: String, CodingKey {
        case grid, pipelines, pipeline, needs, strips, selected, now
    }

    package var isOver: Bool { false }
    package var events: Link { Self.chosen(Link("events"), self).with("after", after) }

    package var parts: [LivePart] {
        [
            LivePart("sum") { p(.class("sub")) { sentence } },
            LivePart("needs") { Need.list(needs, mayAct: mayAct) },
            LivePart("grid") { table },
        ]
    }

    package var content: Markup {
        let parts = Dictionary(uniqueKeysWithValues: parts.map { ($0.id, $0.placed) })
        return Markup(build: {
            div(.class("head")) {
                div {
                    h1 { "Periods" }
                    parts["sum"]
                }
            }
            parts["needs"]
            if let selected {
                div(.class("split")) {
                    panel(parts["grid"])
                    aside(.class("panel"), .label("The chosen period")) {
                        PeriodAside(selected, mayAct: mayAct).content
                    }
                }
            } else {
                panel(parts["grid"])
            }
            if !strips.tables.isEmpty {
                PageParts.panel("All periods", note: "the worst of what is too many to be drawn") {
                    div(.class("scroll"), .tabIndex(0)) {
                        PeriodStripTable(strips: strips, columns: grid.columns).content
                    }
                }
            }
        })
    }

    /// How many of the periods are as they should be.
    private var sentence: String {
        let cells = grid.rows.flatMap(\.cells)
        let all = cells.reduce(0) { $0 + $1.periods }
        let good = cells.filter { $0.standing == .loaded || $0.standing == .closed }
            .reduce(0) { $0 + $1.periods }
        let names = Set(grid.rows.map(\.pipeline)).count
        return "\(names) \(names == 1 ? "pipeline" : "pipelines") · "
            + "\(grouped(good)) of \(grouped(all)) periods as they should be"
    }

    @MarkupBuilder private var table: Markup {
        if grid.columns.isEmpty {
            p(.class("body dim")) { "No load has asked for a period yet." }
        } else {
            div(.class("scroll")) {
                PeriodGridTable(
                    grid: grid,
                    now: now,
                    measure: show,
                    here: chosen,
                    selected: selected.map { ($0.schema, $0.table, $0.period) }
                )
                .content
            }
        }
    }

    private func panel(_ table: Markup?) -> Markup {
        section(.class("panel gapb"), .label("Periods by table")) {
            header {
                choice
                measures
                zooms
                span(.class("end")) { steps }
            }
            table
            footer(.class("foot")) {
                div(.class("legend")) {
                    for mark in StateMark.allCases {
                        span {
                            mark.cell(hasRejects: false)
                            mark.rawValue
                        }
                    }
                    span {
                        StateMark.loaded.cell(hasRejects: true)
                        "rejects"
                    }
                }
                span(.class("small dim")) { "arrow keys move, Enter opens" }
            }
        }
    }

    private var choice: Markup {
        form(.class("field"), Attribute("method", "get"), .action(Link())) {
            label(Attribute("for", "pipeline")) { "Pipeline" }
            select(.id("pipeline"), .name("pipeline")) {
                option(.value("")) { "all \(pipelines.count)" }
                for name in pipelines {
                    option(.value(name), name == pipeline ? .flag("selected") : nil) { name }
                }
            }
            input(.type("hidden"), .name("zoom"), .value(grid.zoom.rawValue))
            if show != .state { input(.type("hidden"), .name("show"), .value(show.rawValue)) }
            button(.class("btn"), .type("submit")) { "Show" }
        }
    }

    private var measures: Markup {
        span(.class("field")) {
            "Show"
            span(.class("seg")) {
                for measure in GridMeasure.allCases {
                    a(
                        .href(chosen.with("show", measure == .state ? nil : measure.rawValue)),
                        measure == show ? .current : nil
                    ) { measure.title }
                }
            }
        }
    }

    private var zooms: Markup {
        span(.class("field")) {
            "Zoom"
            span(.class("seg")) {
                for zoom in PeriodGridReport.Zoom.allCases {
                    a(
                        .href(here.with("zoom", zoom.rawValue)),
                        zoom == grid.zoom ? .current : nil
                    ) { zoom.title }
                }
            }
        }
    }

    /// The page as it is, without the period beside the grid.
    private var chosen: Link { Self.chosen(Link(), self) }

    private static func chosen(_ link: Link, _ page: PeriodsPage) -> Link {
        link.with("pipeline", page.pipeline)
            .with("show", page.show == .state ? nil : page.show.rawValue)
            .with("zoom", page.grid.zoom.rawValue).with("until", page.until)
    }

    private var here: Link {
        Link().with("pipeline", pipeline).with("show", show == .state ? nil : show.rawValue)
    }

    /// Earlier and later columns.
    @MarkupBuilder private var steps: Markup {
        if let first = grid.columns.first, let last = grid.columns.last {
            span(.class("seg")) {
                a(
                    .href(here.with("zoom", grid.zoom.rawValue).with("until", first)),
                    .label("Earlier")
                ) { "‹" }
                a(.href(here.with("zoom", grid.zoom.rawValue)), .current) {
                    "\(grid.zoom.label(of: first)) – \(grid.zoom.label(of: last))"
                }
            }
        }
    }
}
