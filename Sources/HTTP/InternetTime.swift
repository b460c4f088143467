internal import Values

/// A moment in UTC as services write it (RFC 3339): `2024-01-02T03:04:05.000Z`.
public enum InternetTime {
    /// Seconds since 1970, without their fraction; `nil` for another text.
    public static func second(of text: String) -> Int? {
        let form =
            /([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?Z/
        guard let match = text.wholeMatch(of: form.matchingSemantics(.unicodeScalar))
        else { return nil }
        let parts = [match.1, match.2, match.3, match.4, match.5, match.6]
        return CivilTime.seconds(of: parts.compactMap { Int($0) })
    }
}
