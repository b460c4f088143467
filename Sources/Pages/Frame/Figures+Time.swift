extension Figures {
    /// A point in time as the ledger gives it, for people: `2024-01-31 08:05:00 UTC`.
    static func time(_ iso: String?) -> String {
        guard let iso else { return "–" }
        let parts = parts(of: iso)
        return parts.map { "\($0.day) \($0.clock) UTC" } ?? iso
    }

    /// Its time of day: `08:05:00 UTC`.
    static func clock(_ iso: String) -> String {
        parts(of: iso).map { "\($0.clock) UTC" } ?? iso
    }

    /// It to the minute, in UTC, where there is little room: `2024-01-31 08:05`.
    static func minute(_ iso: String) -> String {
        parts(of: iso).map { "\($0.day) \(Substring($0.clock.utf8.prefix(5)))" } ?? iso
    }

    /// `2024-01-31T08:05:00Z` as day and clock.
    private static func parts(of iso: String) -> (day: String, clock: String)? {
        let bytes = Array(iso.utf8)
        guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "Z")
        else { return nil }
        return (
            String(decoding: bytes[..<10], as: UTF8.self),
            String(decoding: bytes[11..<19], as: UTF8.self)
        )
    }

    /// A number for an axis: `200k`, `1.5M`.
    static func short(_ number: Double) -> String {
        for (unit, size) in [("G", 1e9), ("M", 1e6), ("k", 1e3)] where number >= size {
            let tenths = Int((number / size * 10).rounded())
            return tenths.isMultiple(of: 10)
                ? "\(tenths / 10)\(unit)" : "\(tenths / 10).\(tenths % 10)\(unit)"
        }
        return number == number.rounded()
            ? String(Int(number)) : String((number * 10).rounded() / 10)
    }
}
