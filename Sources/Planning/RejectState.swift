/// Where a source row that was refused stands.
public enum RejectState: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is missing in its table.
    case open
    /// A replay has loaded it.
    case fixed
    /// Somebody has said that it may stay out.
    case waived
    /// A newer attempt has read its source again.
    case superseded
}
