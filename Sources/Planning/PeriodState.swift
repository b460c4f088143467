/// How a period of a table stands.
public enum PeriodState: String, Sendable, Hashable, Codable, CaseIterable {
    /// To be loaded.
    case pending
    /// Loaded.
    case loaded
    /// Loaded, and something that it rests on has changed since.
    case stale
    /// Not to be touched by any load.
    case closed
    /// Its file is not there yet: told, and never kept in the control table.
    case awaited
}
