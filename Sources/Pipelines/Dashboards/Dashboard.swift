/// A page of panels over the tables of a pipeline: what a file `dashboards/NAME.yaml` says, checked and resolved.
package struct Dashboard: Sendable, Hashable {
    /// Its name, in its address.
    package var name: String
    /// What stands on top.
    package var title: String
    /// A sentence below the title.
    package var description: String?
    /// The currency of its money: `COP`.
    package var money: String?
    /// Its tabs, in the order in which they are written; one without a title where the file has none.
    package var tabs: [DashboardTab]
    /// What is said when a condition holds.
    package var warnings: [DashboardWarning]
    /// Who may see it.
    package var access: DashboardAccess
    /// The path of its file in the pipeline's folder.
    package var file: String
    /// The text of its file.
    package var text: String
}

/// Panels that are shown together.
package struct DashboardTab: Sendable, Hashable {
    /// What the tab says; empty for the only one.
    package var title: String
    /// What can be chosen, in the order in which it is written.
    package var filters: [DashboardFilter]
    /// The panels, in the order in which they are written.
    package var panels: [Panel]

    /// The filter of time, where there is one.
    package var period: DashboardFilter? { filters.first { $0.isPeriod } }
}

/// Groups of people, as the proxy before the console names them; an empty list is everybody who may see dashboards.
package struct DashboardAccess: Sendable, Hashable {
    /// Who may see it.
    package var readers: [String] = []
    /// Who may take its figures away as a file.
    package var export: [String] = []
}

/// Something that can be chosen: SQL has its value as `:name`.
package struct DashboardFilter: Sendable, Hashable {
    /// What it is about.
    package enum Kind: Sendable, Hashable {
        /// A span of days or months; SQL has it as `:period_start` and `:period_end`.
        case period(PeriodGrain, PeriodDefault)
        /// Values that a query gives, the first of its columns; where it has two, the second is what people read.
        case choice(PanelQuery, isMany: Bool)
    }

    /// Its name.
    package var name: String
    /// What people read.
    package var title: String
    /// What it is about.
    package var kind: Kind

    /// Whether it is about time.
    package var isPeriod: Bool {
        if case .period = kind { true } else { false }
    }
}

/// The span of time that is shown unasked.
package enum PeriodDefault: Sendable, Hashable {
    /// From a period to another one.
    case fixed(Period, Period)
    /// So many periods, up to the newest with data.
    case last(Int)
}

/// A sentence that is shown while a condition holds.
package struct DashboardWarning: Sendable, Hashable {
    /// The panel whose rows it is about, by its id.
    package var panel: String
    /// The condition.
    package var condition: FigureCondition
    /// What is said.
    package var text: String
}
