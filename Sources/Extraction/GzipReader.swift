/// Expands gzip (RFC 1952), one member after another, without I/O of its own.
///
/// Checksums and lengths are checked by zlib. Zeros after the last member are padding; anything else
/// there is refused.
public final class GzipReader: Expander {
    private let inflater: Inflater
    private var expansion: Expansion
    private var isInMember = false

    /// Creates a reader; `name` is for messages.
    public init(
        name: String,
        limits: ExpansionLimits = ExpansionLimits()
    ) throws(ExtractionError) {
        expansion = Expansion(name: name, limits: limits, code: .gzip, library: "zlib")
        guard let inflater = Inflater(.gzip) else { throw expansion.hasNoMemory }
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
    public func expand(
        _ input: Span<UInt8>,
        consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int {
        while true {
            guard try beginMember(input, consumed: &consumed) else { return 0 }
            let step = inflater.step(input.extracting(consumed...), into: &output)
            consumed += step.consumed
            if step.outcome == .ended {
                isInMember = false
                inflater.reset()
            }
            try expansion.count(step)
            if step.produced > 0 { return step.produced }
            if step.outcome == .going && consumed == input.count { return 0 }
        }
    }

    /// Says that the input has ended.
    public func finish() throws(ExtractionError) {
        guard !isInMember, expansion.compressed > 0 else { throw expansion.isCutOff }
    }

    /// Goes on to the next member; `false` when there is no input for it.
    private func beginMember(
        _ input: Span<UInt8>,
        consumed: inout Int
    ) throws(ExtractionError) -> Bool {
        if isInMember { return true }
        if expansion.compressed > 0 {
            while consumed < input.count && input[consumed] == 0 { consumed += 1 }
        }
        guard consumed < input.count else { return false }
        guard input[consumed] == 0x1f else {
            throw expansion.damaged("something that is not gzip follows its end")
        }
        isInMember = true
        return true
    }
}
