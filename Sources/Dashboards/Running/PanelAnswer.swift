package import Pipelines
package import Words

/// What a panel shows.
package struct PanelAnswer: Sendable {
    /// The rows, and what they rest on.
    package struct Figures: Sendable {
        /// The rows.
        package var rows: PanelRows
        /// What they rest on.
        package var seal: Seal
        /// The places of the axis that have rows when nothing but the time is chosen; `nil` where that is all that can be
        /// known from the rows themselves.
        package var basePlaces: Set<ExactText>?
    }

    /// The panel.
    package var panel: Panel
    /// Its rows, or why there are none.
    package var outcome: Result<Figures, PanelFailure>
    /// What is chosen.
    package var choices: DashboardChoices

    /// The rows, where there are some.
    package var figures: Figures? { try? outcome.get() }
}

/// Why a panel has no rows.
package struct PanelFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and where.
    package let description: String
    /// Where in the dashboard's file; `nil` where it is not about a place.
    package let position: Diagnostic.Position?

    init(_ description: String, at position: Diagnostic.Position? = nil) {
        (self.description, self.position) = (description, position)
    }

    static let withoutDetails = PanelFailure(
        "its query was not answered; who may see loads is told why"
    )
}

/// A value that can be chosen.
package struct FilterOption: Sendable, Hashable, Codable {
    /// What SQL has.
    package let value: String
    /// What people read.
    package let title: String
}

/// A tab of a dashboard with its figures: all of one moment.
package struct DashboardView: Sendable {
    /// The dashboard.
    package var dashboard: Dashboard
    /// The number of the tab.
    package var tab: Int
    /// What is chosen.
    package var choices: DashboardChoices
    /// What can be chosen, by the filter's name.
    package var options: [String: [FilterOption]]
    /// The panels, in their order.
    package var answers: [PanelAnswer]
    /// The pipeline whose tables they show.
    package var pipeline: Pipeline
    /// The day that it is, in the pipeline's zone.
    package var today: Day
    /// The place that is looked at by itself.
    package var place: PanelPlace?
    /// Whether who looks may follow links to rows of tables.
    package var linksRows = true

    /// The tab.
    package var shownTab: DashboardTab { dashboard.tabs[tab] }

    /// What all figures rest on.
    package var seal: Seal {
        answers.compactMap { PanelFigures($0, today: today)?.seal }
            .reduce(Seal(tables: [])) { $0.joined(with: $1) }
    }

    /// The same for who is not to see the words of a server.
    package var withoutDetails: DashboardView {
        var view = self
        for index in view.answers.indices where view.answers[index].figures == nil {
            view.answers[index].outcome = .failure(.withoutDetails)
        }
        return view
    }

    /// What is to be said of figures.
    package var warnings: [String] {
        dashboard.warnings.compactMap { warning in
            guard let answer = answers.first(where: { $0.panel.id == warning.panel }),
                let figures = answer.figures,
                FigureEvaluation(figures.rows, of: answer).holds(warning.condition)
            else { return nil }
            return warning.text
        }
    }
}
