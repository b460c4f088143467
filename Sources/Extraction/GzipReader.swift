import CZlib
import Words

/// Expands gzip (RFC 1952), one member after another, without I/O of its own.
///
/// Checksums and lengths are checked by zlib. Zeros after the last member are padding; anything else
/// there is refused.
public struct GzipReader: ~Copyable {
    private let name: String
    private let limits: GzipLimits
    private let inflater: Inflater
    private var isInMember = false
    private var compressed = 0
    private var expanded = 0

    /// Creates a reader; `name` is for messages.
    public init(name: String, limits: GzipLimits = GzipLimits()) throws(ExtractionError) {
        self.name = name
        self.limits = limits
        guard let inflater = Inflater() else {
            throw ExtractionError(
                .gzip,
                "expanding `\(name)`: zlib has no memory",
                isRetryable: true
            )
        }
        self.inflater = inflater
    }

    /// Whether bytes begin as gzip does.
    public static func isGzip(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: [0x1f, 0x8b])
    }

    /// Expands some bytes into `output`, which it fills at most once.
    ///
    /// - Parameters:
    ///   - input: Compressed bytes.
    ///   - consumed: How many of them have been used; advanced by the call.
    ///   - output: Receives the expanded bytes at its beginning.
    /// - Returns: The number of bytes written to `output`; 0 when more input is needed.
    /// - Throws: ``ExtractionError`` when the bytes are damaged or expand beyond the limits.
    public mutating func expand(
        _ input: Span<UInt8>,
        consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int {
        while true {
            guard try beginMember(input, consumed: &consumed) else { return 0 }
            let step = inflater.step(input.extracting(consumed...), into: &output)
            consumed += step.consumed
            compressed += step.consumed
            expanded += step.produced
            switch step.outcome {
            case .going: break
            case .ended:
                isInMember = false
                inflater.reset()
            case .damaged: throw damaged("it is damaged (wrong checksum or format)")
            }
            try checkLimits()
            if step.produced > 0 { return step.produced }
            if step.outcome == .going && consumed == input.count { return 0 }
        }
    }

    /// Says that the input has ended.
    public func finish() throws(ExtractionError) {
        guard !isInMember, compressed > 0 else {
            throw damaged("it is cut off: wait until it is written to its end, or fetch it anew")
        }
    }

    /// Goes on to the next member; `false` when there is no input for it.
    private mutating func beginMember(
        _ input: Span<UInt8>,
        consumed: inout Int
    ) throws(ExtractionError) -> Bool {
        if isInMember { return true }
        if compressed > 0 {
            while consumed < input.count && input[consumed] == 0 { consumed += 1 }
        }
        guard consumed < input.count else { return false }
        guard input[consumed] == 0x1f else {
            throw damaged("something that is not gzip follows its end")
        }
        isInMember = true
        return true
    }

    private func checkLimits() throws(ExtractionError) {
        let isTooDense =
            expanded > limits.bytesBeforeRatio && expanded / limits.ratio > max(compressed, 1)
        guard isTooDense || expanded > limits.bytes else { return }
        throw ExtractionError(
            .bomb,
            "expanding `\(name)`: \(counted(Int(compressed), "byte")) became \(expanded), which is more than "
                + "\(limits.ratio) times as many or \(limits.bytes) in all"
        )
    }

    private func damaged(_ problem: String) -> ExtractionError {
        ExtractionError(
            .gzip,
            "expanding `\(name)`: \(problem), after \(compressed) compressed bytes"
        )
    }
}

/// The owner of one `z_stream`, which must not move in memory.
@safe
private final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>

    enum Outcome {
        case going
        case ended
        case damaged
    }

    struct Step {
        var consumed: Int
        var produced: Int
        var outcome: Outcome
    }

    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 is the largest window, 16 asks for gzip's header and checksum.
        let status = unsafe inflateInit2_(
            stream,
            15 + 16,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func reset() {
        unsafe inflateReset(stream)
    }

    func step(_ input: Span<UInt8>, into output: inout [UInt8]) -> Step {
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                // zlib does not write through `next_in`; its type lacks the `const`.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                let outcome: Outcome
                switch status {
                case Z_OK, Z_BUF_ERROR: outcome = .going
                case Z_STREAM_END: outcome = .ended
                default: outcome = .damaged
                }
                return unsafe Step(
                    consumed: source.count - Int(stream.pointee.avail_in),
                    produced: target.count - Int(stream.pointee.avail_out),
                    outcome: outcome
                )
            }
        }
    }
}
