/// Hides passwords in lines of a definition that are shown with a problem.
///
/// The definition must not hold any, but one that does is shown too: with another problem of the same
/// line, or before it could be read.
enum PasswordMask {
    /// `line` with stars in the place of what looks like a password; its length stays the same.
    static func masked(_ line: String) -> String {
        [#/:\/\/[^:@]*:(.+)@/#, #/(?:password|passwd|pwd)\s*[=:]\s*([^&,}]+)/#.ignoresCase()]
            .map { $0.matchingSemantics(.unicodeScalar) }.reduce(line, hiding)
    }

    private static func hiding(_ line: String, _ pattern: Regex<(Substring, Substring)>) -> String {
        line.replacing(pattern) { match in
            let stars = String(repeating: "*", count: match.1.unicodeScalars.count)
            let start = match.0[..<match.1.startIndex]
            return start + stars + match.0[match.1.endIndex...]
        }
    }
}
