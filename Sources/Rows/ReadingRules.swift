public import Values

/// What a definition declares about reading a value beyond its type: how numbers are written, and
/// what becomes of what does not fit exactly.
public struct ReadingRules: Sendable, Hashable {
    /// What happens to digits behind a decimal's scale; `nil` for the usual: ``Rounding/refuse`` for
    /// text, ``Rounding/halfUp`` for what is computed.
    public var rounding: Rounding?
    /// What a local time is that clocks skip.
    public var gap: LocalTimeRule
    /// Which instant a local time is that clocks show twice.
    public var overlap: LocalTimeRule
    /// The ASCII character before a number's fraction.
    public var point: UInt8
    /// The character between groups of three digits: an ASCII one, or a no-break space (U+00A0, U+202F);
    /// `nil` when there is none.
    public var thousands: Unicode.Scalar?
    /// Whether whole numbers and decimals may have an exponent: `1.5e3`.
    public var hasExponents: Bool
    /// Whether a minus may stand behind the digits: `12.50-`.
    public var hasTrailingMinus: Bool

    /// The zone on whose clock the text of a date is a time, where the day of that instant is meant; `nil` where it is
    /// the day that is written.
    public var clock: String?

    /// Creates rules; by default those that hold where nothing is declared.
    public init(
        rounding: Rounding? = nil,
        gap: LocalTimeRule = .reject,
        overlap: LocalTimeRule = .earlier,
        point: UInt8 = UInt8(ascii: "."),
        thousands: Unicode.Scalar? = nil,
        hasExponents: Bool = false,
        hasTrailingMinus: Bool = false
    ) {
        self.rounding = rounding
        self.gap = gap
        self.overlap = overlap
        self.point = point
        self.thousands = thousands
        self.hasExponents = hasExponents
        self.hasTrailingMinus = hasTrailingMinus
    }

    /// Whether numbers are written otherwise than with digits and a point.
    var hasOwnNumbers: Bool {
        point != UInt8(ascii: ".") || thousands != nil || hasExponents || hasTrailingMinus
    }
}

/// What a local time without offset becomes where a zone's clocks are set forward or back.
///
/// The words are those of ECMAScript's `Temporal` (`disambiguation`).
public enum LocalTimeRule: String, Sendable, Hashable, CaseIterable {
    /// The earlier of the two instants; of a skipped time, the one read with the offset after the
    /// change, which lies before it.
    case earlier
    /// The later of the two instants; of a skipped time, the one read with the offset before the
    /// change, which lies after it.
    case later
    /// The row becomes a reject.
    case reject
}
