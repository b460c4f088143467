/// Numbers, times and counts as people read them.
public enum Wording {
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

    /// `2024-01-31 08:05:00` of the ISO 8601 that reports hold; its zone is said beside it.
    public static func time(_ iso: String?) -> String {
        (iso ?? "").replacing("T", with: " ").replacing("Z", with: "")
    }

    /// What an ending took: `1 error`, `2 crashes`, `3 errors and 1 crash`.
    public static func budget(errors: Int, crashes: Int) -> String {
        let deaths = counted(crashes, "crash")
        guard crashes > 0 else { return counted(errors, "error") }
        return errors > 0 ? "\(counted(errors, "error")) and \(deaths)" : deaths
    }

    /// How many rows each rule refused, most first: `late 1,200, required 3`.
    public static func rejects(byRule rejects: [String: Int]) -> String {
        rejects.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .map { "\($0.key) \(Words.grouped($0.value))" }
            .joined(separator: ", ")
    }
}
