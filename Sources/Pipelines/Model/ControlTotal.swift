/// A figure of the source with which what was loaded must agree.
public struct ControlTotal: Sendable, Hashable {
    /// Its name, for messages.
    public var name: String
    /// The column whose values are added up; `nil` when rows are counted.
    public var column: String?
    /// Where the source's figure is: one row.
    public var extract: Extract
    /// The column of that row with the figure; its only one when `nil`.
    public var value: String?
    /// How far the two may be from each other.
    public var within: Tolerance
    /// What follows when they are further apart.
    public var severity: Expectations.Severity

    /// Creates a total.
    public init(
        name: String,
        column: String?,
        extract: Extract,
        value: String? = nil,
        within: Tolerance = .amount("0"),
        severity: Expectations.Severity = .fail
    ) {
        self.name = name
        self.column = column
        self.extract = extract
        self.value = value
        self.within = within
        self.severity = severity
    }

    /// A difference that is allowed: a decimal number in digits, so that nothing is rounded.
    public enum Tolerance: Sendable, Hashable {
        /// As much as this: `0.01`.
        case amount(String)
        /// So many hundredths of the source's figure: the `0.5` of `0.5%`.
        case percent(String)

        /// Reads `0.01` or `0.5%`; `nil` when it is neither, or negative.
        init?(_ text: String) {
            let isPercent = text.hasSuffix("%")
            let number = isPercent ? String(text.dropLast()) : text
            guard
                number.wholeMatch(
                    of: #/[0-9]{1,30}(\.[0-9]{1,30})?/#.matchingSemantics(.unicodeScalar)
                ) != nil
            else { return nil }
            self = isPercent ? .percent(number) : .amount(number)
        }
    }
}

extension ControlTotal.Tolerance: CustomStringConvertible {
    /// As it is written: `0.01`, `0.5%`.
    public var description: String {
        switch self {
        case .amount(let number): number
        case .percent(let number): number + "%"
        }
    }
}
