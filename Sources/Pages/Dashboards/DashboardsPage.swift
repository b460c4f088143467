import Dashboards
package import Markup
package import Pipelines

/// The dashboards that somebody may see.
package struct DashboardsPage: Page {
    /// A dashboard in the list.
    package struct Entry: Sendable, Hashable, Encodable {
        /// Its name, in its address.
        package let name: String
        /// What stands on top of it.
        package let title: String
        /// A sentence about it.
        package let description: String?
        /// The pipeline whose tables it shows.
        package let pipeline: String
        /// How many panels it has.
        package let panels: Int

        /// A dashboard of a pipeline.
        package init(_ dashboard: Dashboard, of pipeline: String) {
            name = dashboard.name
            title = dashboard.title
            description = dashboard.description
            self.pipeline = pipeline
            panels = dashboard.tabs.reduce(0) { $0 + $1.panels.count }
        }
    }

    package let heading = "Dashboards"
    package let tab = PageSection.dashboards

    /// The dashboards, by their titles.
    package let dashboards: [Entry]
    /// What is wrong with files; only who may do something about them sees it.
    package let problems: [String]

    package init(dashboards: [Entry], problems: [String]) {
        self.dashboards = dashboards.sorted { $0.title < $1.title }
        self.problems = problems
    }

    private enum CodingKeys: String, CodingKey {
        case dashboards, problems
    }

    package var content: Markup {
        Markup(build: {
            PageParts.head(Markup(text: "Dashboards"))
            for problem in problems { p(.class("note gapb")) { problem } }
            if dashboards.isEmpty {
                section(.class("panel")) {
                    div(.class("body stack")) {
                        p { "There is no dashboard that you may see." }
                        p(.class("dim")) {
                            "Dashboards are files dashboards/NAME.yaml beside a pipeline.yaml. The console shows those of the pipelines "
                            "that it is told of: longshore console --pipelines FOLDER."
                        }
                    }
                }
            }
            div(.class("cards")) {
                for entry in dashboards {
                    section(.class("panel")) {
                        div(.class("body")) {
                            h2 { a(.href(Link("dashboards", entry.name))) { entry.title } }
                            if let description = entry.description {
                                p(.class("sub")) { description }
                            }
                            p(.class("small dim")) {
                                "\(entry.pipeline) · \(entry.panels) \(entry.panels == 1 ? "panel" : "panels")"
                            }
                        }
                    }
                }
            }
        })
    }
}
