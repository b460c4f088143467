public import Markup

/// What the bar at the top leads to.
public enum PageSection: String, Sendable, Hashable, CaseIterable {
    case periods
    case loads

    /// What the bar says.
    public var title: String {
        switch self {
        case .periods: "Periods"
        case .loads: "Loads"
        }
    }

    /// Its first page.
    public var link: Link { self == .periods ? Link() : Link(rawValue) }

    /// What somebody must be, to see it.
    public var leastRole: Viewer.Role {
        switch self {
        case .periods: .reader
        case .loads: .viewer
        }
    }
}
