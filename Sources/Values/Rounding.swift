/// What happens to a decimal with more digits behind the point than its column has.
public enum Rounding: String, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    /// To the nearest number, and from the middle away from zero, as Postgres does.
    case halfUp = "half_up"
    /// To the nearest number, and from the middle to the even digit.
    case halfEven = "half_even"
    /// The row becomes a reject.
    case refuse

    /// Whether the last digit that is kept grows by one.
    ///
    /// - Parameters:
    ///   - kept: The last digit that is kept.
    ///   - order: How the dropped part compares with the half: negative, zero or positive.
    /// - Returns: Whether it grows.
    public func isUp(afterDigit kept: Int, dropped order: Int) -> Bool {
        if order != 0 { return order > 0 }
        return self != .halfEven || kept % 2 != 0
    }
}
