import Values

/// A keyed hash of bytes in the manner of wyhash: fast, well mixed, different in every process.
///
/// The random key keeps a source from choosing values that collide. It is not for storing.
struct ByteHash {
    private let keys: (UInt64, UInt64, UInt64, UInt64)

    init() {
        var random = SystemRandomNumberGenerator()
        keys = (random.next() | 1, random.next() | 1, random.next() | 1, random.next() | 1)
    }

    /// A hash of 64 bits.
    @inline(__always)
    func hash(_ bytes: ByteView) -> UInt64 {
        var state = keys.0
        var index = 0
        while bytes.count &- index > 16 {
            let low = bytes.word(at: index) ^ keys.1
            state = Self.fold(low, bytes.word(at: index &+ 8) ^ state)
            index &+= 16
        }
        let (low, high) = Self.tail(bytes, from: index)
        state = Self.fold(low ^ keys.1, high ^ state)
        return Self.fold(state ^ keys.2, UInt64(bitPattern: Int64(bytes.count)) ^ keys.1)
    }

    /// The same hash of up to eight bytes that lie in a number, the first one lowest.
    func hash(packed: UInt64, count: Int) -> UInt64 {
        unsafe withUnsafeBytes(of: packed.littleEndian) { raw in
            unsafe raw.withMemoryRebound(to: UInt8.self) { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return unsafe hash(ByteView(base: base, count: count))
            }
        }
    }

    /// A hash of 128 bits, wide enough to stand for the bytes themselves.
    @inline(__always)
    func wideHash(_ bytes: ByteView) -> WideHash {
        var first = keys.0
        var second = keys.3
        var index = 0
        while bytes.count &- index > 16 {
            let low = bytes.word(at: index)
            let high = bytes.word(at: index &+ 8)
            first = Self.fold(low ^ keys.1, high ^ first)
            second = Self.fold(low ^ second, high ^ keys.2)
            index &+= 16
        }
        let (low, high) = Self.tail(bytes, from: index)
        first = Self.fold(low ^ keys.1, high ^ first)
        second = Self.fold(low ^ second, high ^ keys.2)
        let count = UInt64(bitPattern: Int64(bytes.count))
        return WideHash(
            first: Self.fold(first ^ keys.2, count ^ keys.1),
            second: Self.fold(second ^ keys.0, count ^ keys.3)
        )
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// The last up to 16 bytes as two numbers.
    @inline(__always)
    private static func tail(_ bytes: ByteView, from index: Int) -> (UInt64, UInt64) {
        let rest = bytes.count &- index
        if rest >= 8 { return (bytes.word(at: index), bytes.word(at: bytes.count &- 8)) }
        if bytes.count >= 8 { return (bytes.word(at: bytes.count &- 8), UInt64(rest)) }
        return (bytes.shortWord(at: index), UInt64(rest))
    }
}

/// 128 bits that stand for some bytes.
struct WideHash: Equatable {
    var first: UInt64
    var second: UInt64
}
