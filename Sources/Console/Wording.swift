import Words

/// Numbers as people read them.
public enum Wording {
    /// `1,234,567`.
    public static func grouped(_ number: Int) -> String {
        Words.grouped(number)
    }

    /// `1,234,567.80`: an exact decimal number; what is no number stays as it is.
    public static func grouped(decimal text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts[0].drop { $0 == "-" }
        guard !digits.isEmpty, digits.allSatisfy(\.isNumber) else { return text }
        var grouped = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { grouped += "," }
            grouped.append(digit)
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        return sign + grouped + (parts.count > 1 ? "." + parts[1] : "")
    }

    /// `0.84 s`, `12.3 s`, `4 min 05 s`.
    public static func duration(seconds: Double) -> String {
        if seconds < 9.995 { return fixed(seconds, decimals: 2) + " s" }
        if seconds < 59.95 { return fixed(seconds, decimals: 1) + " s" }
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60) min \(rest < 10 ? "0" : "")\(rest) s"
    }

    /// `2024-01-31 08:05:00` of the ISO 8601 that reports hold; its zone is said beside it.
    public static func time(_ iso: String?) -> String {
        (iso ?? "").replacing("T", with: " ").replacing("Z", with: "")
    }

    /// `1 row`, `2 rows`.
    public static func count(_ number: Int, _ noun: String) -> String {
        counted(number, noun)
    }

    /// What an ending took: `1 error`, `2 crashes`, `3 errors and 1 crash`.
    public static func budget(errors: Int, crashes: Int) -> String {
        let deaths = count(crashes, "crash")
        guard crashes > 0 else { return count(errors, "error") }
        return errors > 0 ? "\(count(errors, "error")) and \(deaths)" : deaths
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        let factor = decimals == 2 ? 100 : 10
        let scaled = Int((value * Double(factor)).rounded())
        let fraction = String(scaled % factor)
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(scaled / factor).\(zeros)\(fraction)"
    }
}
