/// Numbers of bytes in words.
public enum ByteWords {
    private static let units = ["B", "kB", "MB", "GB", "TB"]

    /// It in the unit that people read: `1.6 MB`.
    public static func spoken(_ count: Int) -> String {
        var value = Double(count)
        var unit = 0
        while value >= 999.95, unit < units.count - 1 {
            value /= 1_000
            unit += 1
        }
        guard unit > 0 else { return "\(count) B" }
        let tenths = Int((value * 10).rounded())
        return "\(grouped(tenths / 10)).\(tenths % 10) \(units[unit])"
    }
}
