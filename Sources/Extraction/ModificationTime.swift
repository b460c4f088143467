/// When files and objects were modified, as it is kept: nanoseconds since 1970 in 64 bits.
enum ModificationTime {
    /// The most seconds before and after 1970 of which each nanosecond can be told: from 1677 to 2262.
    private static let most = Int(Int64.max / 1_000_000_000) - 1

    /// The time that a file system or a store tells, or the nearest one that can be kept: it may tell any year.
    static func kept(seconds: Int, nanoseconds: Int = 0) -> Int64 {
        let second = min(max(seconds, -most), most)
        return Int64(second) * 1_000_000_000 + Int64(second == seconds ? nanoseconds : 0)
    }
}
