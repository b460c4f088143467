internal import Values

/// A date as servers write it (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; `nil` for another text, and for the forms that nobody writes any more.
    public static func second(of text: String) -> Int? {
        let form =
            /[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT/
        guard
            let match = text.wholeMatch(of: form.matchingSemantics(.unicodeScalar)),
            let month = months.firstIndex(of: String(match.2))
        else { return nil }
        let parts = [match.3, "\(month + 1)", match.1, match.4, match.5, match.6]
        return CivilTime.seconds(of: parts.compactMap { Int($0) })
    }
}
