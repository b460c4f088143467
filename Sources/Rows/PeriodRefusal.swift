/// Why a row is refused for the period that it is in.
public enum PeriodRefusal: String, Sendable {
    /// Nobody changes it any more.
    case closed
    /// It is before the one that is loaded.
    case late

    /// The name of the rule that such a row breaks.
    public var rule: String { rawValue }

    /// As in `2024-01-31 is in the period 2024-01, which is before this one`.
    public func reason(_ what: String, in label: String) -> String {
        let why = self == .closed ? "which is closed" : "which is before this one"
        return "\(what) is in the period \(label), \(why)"
    }
}
