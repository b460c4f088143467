/// The value of the field `Retry-After`: a number of seconds, or a date (RFC 9110, 10.2.3).
enum RetryAfter {
    /// The longest that a server is believed.
    private static let longest = 86_400

    /// How long to wait, a day at most; nothing for a moment that has passed, `nil` for what is neither.
    static func pause(_ text: String, now: Int) -> Duration? {
        let text = text.split(separator: " ").joined(separator: " ")
        if text.wholeMatch(of: /[0-9]+/.matchingSemantics(.unicodeScalar)) != nil {
            return .seconds(min(Int(text) ?? longest, longest))
        }
        return HTTPDate.second(of: text).map { .seconds(min(max(0, $0 - now), longest)) }
    }
}
