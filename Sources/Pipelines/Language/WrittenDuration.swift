/// A length of time, written `30 s`, `5 min` or `6 h`.
struct WrittenDuration {
    /// At most 30 days.
    let value: Duration

    private static let units: [Substring: Int64] = ["s": 1, "min": 60, "h": 3600]
    private static let longest: Int64 = 30 * 86_400

    /// Reads `text`; `nil` when it has another form, is longer than 30 days or shorter than `shortest` seconds.
    init?(_ text: String, atLeast shortest: Int64 = 1) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let number = Int64(digits), let seconds = Self.units[unit] else { return nil }
        let (product, hasOverflown) = number.multipliedReportingOverflow(by: seconds)
        guard !hasOverflown, (shortest...Self.longest).contains(product) else { return nil }
        value = .seconds(product)
    }
}

extension Limits {
    /// Reads a length of time: `30 s`, `5 min`, `6 h`; `nil` when it has another form.
    public static func duration(_ text: String) -> Duration? { WrittenDuration(text)?.value }
}
