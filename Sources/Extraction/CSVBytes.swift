/// Searches for the bytes that CSV is made of, eight at a time.
///
/// A byte of `word ^ pattern` is zero where the byte sought is, and `(x - 0x01…) & ~x & 0x80…` has
/// its lowest bit in the first zero byte of `x` (Mycroft 1987).
enum CSVBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let lineFeeds = ones &* UInt64(UInt8(ascii: "\n"))
    private static let returns = ones &* UInt64(UInt8(ascii: "\r"))

    /// The first delimiter, LF or CR; the bytes' end when there is none.
    @inline(__always)
    static func firstEnd(in bytes: Span<UInt8>, from start: Int, delimiter: UInt8) -> Int {
        let delimiters = ones &* UInt64(delimiter)
        let raw = unsafe bytes.bytes
        var index = start
        while index &+ 8 <= bytes.count {
            let word = word(raw, at: index)
            let found =
                zeros(word ^ delimiters) | zeros(word ^ lineFeeds) | zeros(word ^ returns)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                return index
            }
            index &+= 1
        }
        return index
    }

    /// The first `sought`; the bytes' end when there is none.
    @inline(__always)
    static func first(_ sought: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
        let pattern = ones &* UInt64(sought)
        let raw = unsafe bytes.bytes
        var index = start
        while index &+ 8 <= bytes.count {
            let found = zeros(word(raw, at: index) ^ pattern)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < bytes.count && bytes[index] != sought { index &+= 1 }
        return index
    }

    /// The number of line ends: LF, CR LF, or CR alone.
    static func lineEnds(in bytes: Span<UInt8>) -> Int {
        var count = 0
        var previous: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            let endsReturn = byte == UInt8(ascii: "\n") && previous == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\r") || (byte == UInt8(ascii: "\n") && !endsReturn) {
                count += 1
            }
            previous = byte
        }
        return count
    }

    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- ones) & ~word & highs
    }

    @inline(__always)
    private static func word(_ bytes: RawSpan, at index: Int) -> UInt64 {
        UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        )
    }
}
