/// Lengths of time in words, for each of their uses.
public enum DurationWords {
    /// As it was measured: `0.84 s`, `12.3 s`, `4 min 05 s`; what a clock that was set back makes negative is
    /// `0.00 s`.
    public static func measured(seconds: Double) -> String {
        let seconds = max(0, seconds)
        if seconds < 9.995 { return fixed(seconds, decimals: 2) + " s" }
        if seconds < 59.95 { return fixed(seconds, decimals: 1) + " s" }
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60) min \(rest < 10 ? "0" : "")\(rest) s"
    }

    /// As it was measured, below a second in milliseconds: `0.3 ms`, `84 ms`, `1.20 s`.
    public static func exact(seconds: Double) -> String {
        guard seconds < 1 else { return measured(seconds: seconds) }
        let tenths = Int((max(0, seconds) * 10_000).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) ms" : "\((tenths + 5) / 10) ms"
    }

    /// As it was measured, to a tenth of a second, however long it is: `12.3 s`.
    public static func inSeconds(_ time: Duration) -> String {
        fixed(max(0, time / .seconds(1)), decimals: 1) + " s"
    }

    /// As a definition or an option says it: `90 s`, `5 min`, `6 h`.
    public static func written(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds > 0, seconds.isMultiple(of: 3600) { return "\(seconds / 3600) h" }
        if seconds > 0, seconds.isMultiple(of: 60) { return "\(seconds / 60) min" }
        return "\(seconds) s"
    }

    /// As one speaks of an age, in the two largest units: `2 days 4 hours`, `36 minutes`.
    public static func spoken(seconds: Int) -> String {
        var rest = max(0, seconds)
        var words: [String] = []
        for (name, length) in [("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)] {
            let count = rest / length
            rest %= length
            if count > 0 { words.append(counted(count, name)) }
        }
        return words.isEmpty ? "0 seconds" : words.prefix(2).joined(separator: " ")
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        let factor = decimals == 2 ? 100 : 10
        let scaled = Int((value * Double(factor)).rounded())
        let fraction = String(scaled % factor)
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(scaled / factor).\(zeros)\(fraction)"
    }
}
