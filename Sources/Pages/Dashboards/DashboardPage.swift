package import Dashboards
package import Markup
import Pipelines

/// A dashboard: what can be chosen, whether its figures can be trusted, and the figures.
package struct DashboardPage: Page {
    /// What is shown.
    package let view: DashboardView
    /// The files that its figures were read from.
    package let origin: SealOrigin

    package init(_ view: DashboardView, origin: SealOrigin = SealOrigin()) {
        (self.view, self.origin) = (view, origin)
    }

    package var heading: String { view.dashboard.title }
    package var tab: PageSection { .dashboards }

    private var here: Link { Link("dashboards", view.dashboard.name) }

    /// This tab with what is chosen.
    private var link: Link { DashboardLinks.link(here, view) }

    package var content: Markup {
        Markup(build: {
            PageParts.head(
                Markup(text: view.dashboard.title),
                crumb: Markup(build: {
                    a(.href(Link("dashboards"))) { "Dashboards" }
                    " / \(view.dashboard.name)"
                }),
                sub: sub.map { Markup(text: $0) },
                acts: FilterMarkup(view: view, here: here).content
            )
            tabs
            for warning in view.warnings { p(.class("note gapb")) { warning } }
            SealMarkup(view.seal, origin: origin, span: view.choices.span).strip
            PlotFrame.hatchings
            div(.class("dash")) {
                for answer in view.answers { PanelMarkup(answer, in: view).content }
            }
        })
    }

    private var sub: String? {
        let money = view.dashboard.money.map { "Money in \($0)." }
        let parts = [view.dashboard.description, money].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    @MarkupBuilder private var tabs: Markup {
        if view.dashboard.tabs.count > 1 {
            nav(.class("seg gapb"), .label("Tabs")) {
                for (number, tab) in view.dashboard.tabs.enumerated() {
                    a(
                        .href(
                            here.with("tab", number == 0 ? nil : tab.title)
                                .with("period", tab.period == nil ? nil : view.choices.span?.text)
                        ),
                        number == view.tab ? Attribute("aria-current", "page") : nil
                    ) { tab.title }
                }
            }
        }
    }

    // MARK: For programs

    private enum CodingKeys: String, CodingKey {
        case name, title, tab, period, seal, warnings, panels
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(view.dashboard.name, forKey: .name)
        try container.encode(view.dashboard.title, forKey: .title)
        try container.encode(view.shownTab.title, forKey: .tab)
        try container.encodeIfPresent(view.choices.span?.text, forKey: .period)
        try container.encode(view.seal, forKey: .seal)
        try container.encode(view.warnings, forKey: .warnings)
        try container.encode(
            view.answers.map { PanelReport($0, today: view.today) },
            forKey: .panels
        )
    }
}

/// Addresses of dashboards with what is chosen.
enum DashboardLinks {
    /// A page about what is shown.
    static func link(
        _ link: Link,
        _ view: DashboardView,
        _ choices: DashboardChoices? = nil
    ) -> Link {
        let title = view.dashboard.tabs.count > 1 && view.tab > 0 ? view.shownTab.title : nil
        var link = link.with("tab", title)
        for parameter in (choices ?? view.choices).parameters {
            link = link.adding(parameter.name, parameter.value)
        }
        return link
    }

    /// A panel's own page, or its file of a kind.
    static func panel(_ id: String, _ view: DashboardView, file: String = "") -> Link {
        link(Link("dashboards", view.dashboard.name, "panels", id + file), view)
            .narrowed(to: view.place)
    }

    /// A panel's own page with a place of its axis alone.
    static func place(_ place: String, of figures: PanelFigures, _ view: DashboardView) -> Link {
        let (choices, place) = figures.narrowing(to: place, view.choices)
        let page = Link("dashboards", view.dashboard.name, "panels", figures.panel.id)
        return link(page, view, choices).narrowed(to: place)
    }

    /// A heat map's own page with one of its cells alone.
    static func cell(_ x: String, _ y: String, of panel: Panel, _ view: DashboardView) -> Link {
        link(Link("dashboards", view.dashboard.name, "panels", panel.id), view)
            .narrowed(to: PanelPlace(x: x, y: y))
    }
}

extension Link {
    /// The same page about one place of a panel.
    fileprivate func narrowed(to place: PanelPlace?) -> Link {
        with("x", place?.x).with("y", place?.y)
    }
}
