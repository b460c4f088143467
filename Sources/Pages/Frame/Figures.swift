import Words

/// Numbers as pages write them.
public enum Figures {
    /// A part of a whole in hundredths, with two digits behind the point: `0.86 %`; a dash where there is no whole.
    public static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "–" }
        let hundredths = Int((Double(part) * 10_000 / Double(whole)).rounded())
        let rest = hundredths % 100
        return "\(grouped(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest) %"
    }

    /// How long ago something was, in one unit: `12 min`, `28 d`.
    public static func age(seconds: Int) -> String {
        switch max(seconds, 0) {
        case let seconds where seconds < 60: "\(seconds) s"
        case let seconds where seconds < 3_600: "\(seconds / 60) min"
        case let seconds where seconds < 86_400 * 2: "\(seconds / 3_600) h"
        case let seconds: "\(grouped(seconds / 86_400)) d"
        }
    }
}
