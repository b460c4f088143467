import CBZip2

/// Expands bzip2, one stream after another, without I/O of its own.
///
/// Checksums are checked by libbz2, which takes 4 MB.
@safe
final class BZip2Reader: Expander {
    /// It must not move in memory.
    private let stream: UnsafeMutablePointer<bz_stream>
    private var expansion: Expansion
    private var isInStream = true

    init(name: String, limits: ExpansionLimits) throws(ExtractionError) {
        expansion = Expansion(name: name, limits: limits, code: .bzip2, library: "libbz2")
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: bz_stream())
        guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
            throw expansion.hasNoMemory
        }
    }

    deinit {
        unsafe BZ2_bzDecompressEnd(stream)
        unsafe stream.deallocate()
    }

    /// Whether bytes begin as bzip2 does: its mark, the size of its blocks, a block or the end.
    static func isBZip2(_ bytes: ArraySlice<UInt8>) -> Bool {
        let start = Array(bytes.prefix(10))
        guard start.count > 4, start.starts(with: Array("BZh".utf8)),
            (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(start[3])
        else { return false }
        let marks: [[UInt8]] = [
            [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
        ]
        return marks.contains { $0.starts(with: start[4...]) }
    }

    func expand(
        _ input: Span<UInt8>,
        consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int {
        while isInStream || consumed < input.count {
            if !isInStream { try beginStream() }
            let step = step(input.extracting(consumed...), into: &output)
            consumed += step.consumed
            isInStream = step.outcome != .ended
            try expansion.count(step)
            if step.produced > 0 { return step.produced }
            if isInStream && consumed == input.count { return 0 }
        }
        return 0
    }

    func finish() throws(ExtractionError) {
        guard !isInStream else { throw expansion.isCutOff }
    }

    private func beginStream() throws(ExtractionError) {
        unsafe BZ2_bzDecompressEnd(stream)
        unsafe stream.pointee = bz_stream()
        guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
            throw expansion.hasNoMemory
        }
    }

    private func step(_ input: Span<UInt8>, into output: inout [UInt8]) -> ExpansionStep {
        unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                // libbz2 does not write through `next_in`; its type lacks the `const`.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.bindMemory(to: CChar.self).baseAddress
                )
                unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
                unsafe stream.pointee.next_out = target.bindMemory(to: CChar.self).baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                let status = unsafe BZ2_bzDecompress(stream)
                return unsafe ExpansionStep(
                    given: (source.count, target.count),
                    left: (stream.pointee.avail_in, stream.pointee.avail_out),
                    ExpansionStep.Outcome(bzip2: status)
                )
            }
        }
    }
}

extension ExpansionStep.Outcome {
    /// What a status of libbz2 says.
    init(bzip2 status: Int32) {
        self =
            switch status {
            case BZ_OK: .going
            case BZ_STREAM_END: .ended
            case BZ_MEM_ERROR: .noMemory
            default: .damaged
            }
    }
}
