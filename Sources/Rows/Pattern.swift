/// A regular expression that a whole text must match.
///
/// Invariant of the unchecked conformance: a pattern belongs to one encoder, which has one owner, so
/// it never runs in two places at once.
struct Pattern: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    init(_ source: String) throws {
        regex = try Regex(source)
    }

    func matches(_ text: String) -> Bool {
        // Only a pattern with a throwing custom parser can throw here, and text holds none.
        (try? regex.wholeMatch(in: text)) != nil
    }
}
