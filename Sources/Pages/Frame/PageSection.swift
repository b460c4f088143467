public import Markup

/// What the bar at the top leads to.
public enum PageSection: String, Sendable, Hashable, CaseIterable {
    case periods
    case loads
    case tables
    case rejects
    case fleet
    case deadLetters = "dead-letters"
    case plans
    case schedules
    case exports
    case alerts
    case dashboards
    case actions

    /// What the bar says.
    public var title: String {
        switch self {
        case .periods: "Periods"
        case .loads: "Loads"
        case .tables: "Tables"
        case .rejects: "Rejects"
        case .fleet: "Fleet"
        case .deadLetters: "Dead letters"
        case .plans: "Plans"
        case .schedules: "Schedules"
        case .exports: "Exports"
        case .alerts: "Alerts"
        case .dashboards: "Dashboards"
        case .actions: "Actions"
        }
    }

    /// Its first page.
    public var link: Link { self == .periods ? Link() : Link(rawValue) }

    /// What somebody must be, to see it.
    public var leastRole: Viewer.Role {
        switch self {
        case .periods, .tables, .dashboards: .reader
        case .loads, .rejects, .fleet, .deadLetters, .plans, .schedules, .exports, .alerts,
            .actions:
            .viewer
        }
    }
}
