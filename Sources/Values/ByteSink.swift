/// Growing memory that bytes are appended to, cheaper in inner loops than an array.
///
/// Invariant: `base` is an allocation of `capacity` bytes of which the first `count` are written.
/// Only this type writes through `base`, and it has one owner, so it may move between threads.
@safe
public struct ByteSink: ~Copyable, @unchecked Sendable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var length = 0

    /// How many bytes are written.
    @inlinable public var count: Int { length }

    /// Allocates memory.
    public init(capacity: Int = 1024) {
        self.capacity = max(capacity, 16)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// Everything written; valid until the next change.
    @inlinable public var view: ByteView {
        unsafe ByteView(base: UnsafePointer(base), count: count)
    }

    @inlinable @inline(__always)
    mutating func makeRoom(_ extra: Int) {
        if count &+ extra > capacity { grow(to: count + extra) }
    }

    @inline(never) @usableFromInline
    mutating func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe moved.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = moved
        capacity = larger
    }

    /// Appends a byte.
    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        makeRoom(1)
        unsafe base[count] = byte
        length &+= 1
    }

    /// Appends the number in network byte order.
    @inlinable @inline(__always)
    public mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(
        bigEndian number: Number
    ) {
        let size = MemoryLayout<Number>.size
        makeRoom(size)
        let place = unsafe UnsafeMutableRawPointer(base + count)
        unsafe place.storeBytes(of: number.bigEndian, as: Number.self)
        length &+= size
    }

    /// Appends the bytes of a view.
    @inlinable @inline(__always)
    public mutating func append(_ bytes: ByteView) {
        makeRoom(bytes.count)
        unsafe (base + count).update(from: bytes.base, count: bytes.count)
        length &+= bytes.count
    }

    /// Appends a part of what is written already.
    public mutating func repeatBytes(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "repetition outside")
        makeRoom(range.count)
        unsafe (base + count).update(from: base + range.lowerBound, count: range.count)
        length &+= range.count
    }

    /// Appends bytes.
    public mutating func append(_ bytes: [UInt8]) {
        withView(of: bytes) { append($0) }
    }

    /// Overwrites what was written at `offset`, in network byte order.
    @inlinable @inline(__always)
    public mutating func patch<Number: FixedWidthInteger & BitwiseCopyable>(
        bigEndian number: Number,
        at offset: Int
    ) {
        precondition(offset >= 0 && offset + MemoryLayout<Number>.size <= count, "patch outside")
        let place = unsafe UnsafeMutableRawPointer(base + offset)
        unsafe place.storeBytes(of: number.bigEndian, as: Number.self)
    }

    /// Reads back what was written at `offset`, in network byte order.
    @inlinable @inline(__always)
    public func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        as type: Number.Type
    ) -> Number {
        precondition(offset >= 0 && offset + MemoryLayout<Number>.size <= count, "read outside")
        let place = unsafe UnsafeRawPointer(base + offset)
        return unsafe Number(bigEndian: place.loadUnaligned(as: Number.self))
    }

    /// Forgets everything after the first `length` bytes.
    @inlinable @inline(__always)
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "truncation cannot lengthen")
        self.length = length
    }

    /// Puts everything from `start` on into the opposite order.
    public mutating func reverse(from start: Int) {
        precondition(start >= 0 && start <= count, "reversal outside")
        var bytes = unsafe UnsafeMutableBufferPointer(start: base + start, count: count - start)
        unsafe bytes.reverse()
    }

    /// Appends everything from `start` on to `array`.
    public func append(from start: Int, to array: inout [UInt8]) {
        precondition(start <= count)
        unsafe array.append(
            contentsOf: UnsafeBufferPointer(start: base + start, count: count - start)
        )
    }
}
