/// Who looks at pages, and what they may.
public struct Viewer: Sendable, Hashable {
    /// What somebody may: each may what those before it may.
    public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Dashboards, tables and how their periods stand.
        case reader
        /// All pages, but no raw rows.
        case viewer
        /// Raw rows and actions.
        case `operator`

        /// By what they may.
        public static func < (one: Role, other: Role) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .reader: 0
            case .viewer: 1
            case .operator: 2
            }
        }
    }

    /// The name that actions are noted under.
    public let name: String
    /// What they may.
    public let role: Role

    /// The groups that they are in, as dashboards name them.
    public let groups: Set<String>

    /// Somebody who looks; whose groups nobody tells is a group of one, by their name.
    public init(name: String, role: Role, groups: Set<String>? = nil) {
        self.name = name
        self.role = role
        self.groups = groups ?? [name]
    }
}
