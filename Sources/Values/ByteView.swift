/// A borrowed run of bytes, valid only inside the call that made it.
///
/// It is `Span<UInt8>` in all but one thing: a function may return a part of one, which cleaning
/// needs and Swift 6.3 cannot yet say of a `Span`. Every access is checked against the bounds; that
/// the memory outlives the view is seen to by whoever makes one: only inside
/// `withUnsafe…` closures, of which none is kept.
@safe
public struct ByteView {
    @usableFromInline let base: UnsafePointer<UInt8>
    /// How many they are.
    public let count: Int

    /// - Parameters:
    ///   - base: Where the bytes lie, for as long as the view is used.
    ///   - count: How many they are.
    @inlinable @inline(__always)
    public init(base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// Whether there are none.
    @inlinable public var isEmpty: Bool { count == 0 }

    /// The byte at a place.
    @inlinable @inline(__always)
    public subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "byte out of bounds")
        return unsafe base[index]
    }

    /// The bytes from `start` up to, not including, `end`.
    @inlinable @inline(__always)
    public func part(_ start: Int, _ end: Int) -> ByteView {
        precondition(start >= 0 && start <= end && end <= count, "part out of bounds")
        return unsafe ByteView(base: base + start, count: end - start)
    }

    /// Eight bytes as they lie in memory, the first one lowest.
    @inlinable @inline(__always)
    public func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index <= count - 8, "word out of bounds")
        let raw = unsafe UnsafeRawPointer(base + index)
        return unsafe UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    }

    /// A number in network byte order.
    @inlinable @inline(__always)
    public func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at index: Int,
        as type: Number.Type
    ) -> Number {
        precondition(index >= 0 && index <= count - MemoryLayout<Number>.size, "out of bounds")
        let raw = unsafe UnsafeRawPointer(base + index)
        return unsafe Number(bigEndian: raw.loadUnaligned(as: Number.self))
    }

    /// Up to eight bytes from `index` to the end as one number, missing ones as zeros.
    @inlinable @inline(__always)
    public func shortWord(at index: Int) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        var position = index
        while position < count && shift < 64 {
            word |= UInt64(self[position]) &<< shift
            shift &+= 8
            position &+= 1
        }
        return word
    }

    /// Whether both hold the same bytes.
    @inlinable
    public func equals(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index &+ 8 <= count {
            if word(at: index) != other.word(at: index) { return false }
            index &+= 8
        }
        while index < count {
            if self[index] != other[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Whether it comes before `other`, byte by byte.
    @inlinable
    public func precedes(_ other: ByteView) -> Bool {
        for index in 0..<min(count, other.count) where self[index] != other[index] {
            return self[index] < other[index]
        }
        return count < other.count
    }

    /// The bytes as text, with U+FFFD for what is not UTF-8: for messages and slow paths.
    public var text: String {
        unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    /// A copy that may be kept.
    public var array: [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: base, count: count))
    }
}

/// Calls `body` with a view of `bytes`.
@inlinable
public func withView<Result, Failure: Error>(
    of bytes: [UInt8],
    _ body: (ByteView) throws(Failure) -> Result
) throws(Failure) -> Result {
    try withView(of: bytes.span, body)
}

/// Calls `body` with a view of `bytes`.
@inlinable
public func withView<Result, Failure: Error>(
    of bytes: Span<UInt8>,
    _ body: (ByteView) throws(Failure) -> Result
) throws(Failure) -> Result {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(Failure) in
        guard let base = buffer.baseAddress else { return try withEmptyView(body) }
        return try unsafe body(ByteView(base: base, count: buffer.count))
    }
}

@usableFromInline
func withEmptyView<Result, Failure: Error>(
    _ body: (ByteView) throws(Failure) -> Result
) throws(Failure) -> Result {
    try unsafe withUnsafePointer(to: 0 as UInt8) { pointer throws(Failure) in
        try unsafe body(ByteView(base: pointer, count: 0))
    }
}
