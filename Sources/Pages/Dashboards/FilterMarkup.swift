import Dashboards
import Markup
import Pipelines
import Words

/// What can be chosen of a dashboard: a form, which works without scripts.
struct FilterMarkup {
    let view: DashboardView
    let here: Link

    @MarkupBuilder var content: Markup {
        if !view.shownTab.filters.isEmpty {
            form(.class("filters"), .action(here)) {
                if view.tab > 0 {
                    input(.type("hidden"), .name("tab"), .value(view.shownTab.title))
                }
                for filter in view.shownTab.filters {
                    switch filter.kind {
                    case .period: period(filter)
                    case .choice(_, let isMany): isMany ? many(filter) : one(filter)
                    }
                }
                button(.class("btn"), .type("submit")) { "Show" }
            }
        }
    }

    @MarkupBuilder private func period(_ filter: DashboardFilter) -> Markup {
        if let shown = view.choices.span {
            span(.class("field")) {
                "\(filter.title) "
                span(.class("seg")) {
                    a(.href(link(shown.earlier)), .label("Earlier")) { "‹" }
                    input(
                        .name("period"),
                        .value(shown.text),
                        .label("\(filter.title): first..last"),
                        Attribute("size", max(shown.text.utf8.count, 10))
                    )
                    a(.href(link(shown.later)), .label("Later")) { "›" }
                }
            }
        }
    }

    private func link(_ span: PeriodSpan) -> Link {
        DashboardLinks.link(here, view, view.choices.showing(span))
    }

    private func options(_ filter: DashboardFilter) -> [FilterOption] {
        view.options[filter.name] ?? []
    }

    private func one(_ filter: DashboardFilter) -> Markup {
        let chosen = view.choices.values[filter.name]?.first.map { ExactText($0) }
        return span(.class("field")) {
            "\(filter.title) "
            select(.name(filter.name), .label(filter.title)) {
                option(.value("")) { "all" }
                for choice in options(filter) {
                    option(
                        .value(choice.value),
                        ExactText(choice.value) == chosen ? .flag("selected") : nil
                    ) { choice.title }
                }
            }
        }
    }

    /// Boxes to tick, behind how many there are.
    private func many(_ filter: DashboardFilter) -> Markup {
        let chosen = Set((view.choices.values[filter.name] ?? []).exact)
        let all = options(filter)
        let count = chosen.isEmpty ? "all \(all.count)" : "\(chosen.count) of \(all.count)"
        return details(.class("pick")) {
            summary(.class("btn")) { "\(filter.title): \(count)" }
            div(.class("panel picks")) {
                for choice in all {
                    label {
                        input(
                            .type("checkbox"),
                            .name(filter.name),
                            .value(choice.value),
                            chosen.contains(ExactText(choice.value)) ? .flag("checked") : nil
                        )
                        " \(choice.title)"
                    }
                }
            }
        }
    }
}
