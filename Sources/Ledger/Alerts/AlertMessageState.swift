/// Where a message that tells alerts stands.
public enum AlertMessageState: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is to be told.
    case open
    /// It was told.
    case told
    /// It was given up.
    case lost
}
