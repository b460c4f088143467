/// Growing memory that bytes are appended to, cheaper in inner loops than an array.
///
/// Invariant: `base` is an allocation of `capacity` bytes of which the first `count` are written.
/// Only this type writes through `base`, and it has one owner, so it may move between threads.
@safe
struct ByteSink: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        self.capacity = max(capacity, 16)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// Everything written; valid until the next change.
    var view: ByteView {
        unsafe ByteView(base: UnsafePointer(base), count: count)
    }

    @inline(__always)
    private mutating func makeRoom(_ extra: Int) {
        if count &+ extra > capacity { grow(to: count + extra) }
    }

    @inline(never)
    private mutating func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe moved.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = moved
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        makeRoom(1)
        unsafe base[count] = byte
        count &+= 1
    }

    /// Appends the number in network byte order.
    @inline(__always)
    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(bigEndian number: Number) {
        let size = MemoryLayout<Number>.size
        makeRoom(size)
        let place = unsafe UnsafeMutableRawPointer(base + count)
        unsafe place.storeBytes(of: number.bigEndian, as: Number.self)
        count &+= size
    }

    @inline(__always)
    mutating func append(_ bytes: ByteView) {
        makeRoom(bytes.count)
        unsafe (base + count).update(from: bytes.base, count: bytes.count)
        count &+= bytes.count
    }

    /// Appends a part of what is written already.
    mutating func repeatBytes(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "repetition outside")
        makeRoom(range.count)
        unsafe (base + count).update(from: base + range.lowerBound, count: range.count)
        count &+= range.count
    }

    mutating func append(_ bytes: [UInt8]) {
        withView(of: bytes) { append($0) }
    }

    /// Overwrites what was written at `offset`, in network byte order.
    @inline(__always)
    mutating func patch<Number: FixedWidthInteger & BitwiseCopyable>(
        bigEndian number: Number,
        at offset: Int
    ) {
        precondition(offset >= 0 && offset + MemoryLayout<Number>.size <= count, "patch outside")
        let place = unsafe UnsafeMutableRawPointer(base + offset)
        unsafe place.storeBytes(of: number.bigEndian, as: Number.self)
    }

    /// Reads back what was written at `offset`, in network byte order.
    @inline(__always)
    func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        as type: Number.Type
    ) -> Number {
        precondition(offset >= 0 && offset + MemoryLayout<Number>.size <= count, "read outside")
        let place = unsafe UnsafeRawPointer(base + offset)
        return unsafe Number(bigEndian: place.loadUnaligned(as: Number.self))
    }

    /// Forgets everything after the first `length` bytes.
    @inline(__always)
    mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "truncation cannot lengthen")
        count = length
    }

    /// Puts everything from `start` on into the opposite order.
    mutating func reverse(from start: Int) {
        precondition(start >= 0 && start <= count, "reversal outside")
        var bytes = unsafe UnsafeMutableBufferPointer(start: base + start, count: count - start)
        unsafe bytes.reverse()
    }

    /// Appends everything from `start` on to `array`.
    func append(from start: Int, to array: inout [UInt8]) {
        precondition(start <= count)
        unsafe array.append(
            contentsOf: UnsafeBufferPointer(start: base + start, count: count - start)
        )
    }
}
