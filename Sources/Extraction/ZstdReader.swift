import CZstd

/// Expands Zstandard (RFC 8878), one frame after another, without I/O of its own.
///
/// Checksums are checked by libzstd. A frame may ask for a window of 32 MiB, as all levels but `--ultra` and
/// `--long` do; one that asks for more is refused, whatever is in it.
@safe
final class ZstdReader: Expander {
    /// As a power of two.
    private static let largestWindow: Int32 = 25

    private let stream: OpaquePointer
    private var expansion: Expansion
    private var isInFrame = false

    init(name: String, limits: ExpansionLimits) throws(ExtractionError) {
        expansion = Expansion(name: name, limits: limits, code: .zstd, library: "libzstd")
        guard let stream = unsafe ZSTD_createDStream() else {
            throw expansion.hasNoMemory
        }
        unsafe self.stream = stream
        unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.largestWindow)
    }

    deinit {
        unsafe ZSTD_freeDStream(stream)
    }

    /// Whether bytes begin as a frame does, or as one that holds nothing but is skipped.
    static func isZstd(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd])
            || (bytes.first.map { (0x50...0x5f).contains($0) } == true
                && bytes.dropFirst().starts(with: [0x2a, 0x4d, 0x18]))
    }

    func expand(
        _ input: Span<UInt8>,
        consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int {
        while isInFrame || consumed < input.count {
            isInFrame = true
            let step = step(input.extracting(consumed...), into: &output)
            consumed += step.consumed
            isInFrame = step.outcome != .ended
            guard step.outcome != .tooLarge else { throw hasLargeWindow }
            try expansion.count(step)
            if step.produced > 0 { return step.produced }
            if isInFrame && consumed == input.count { return 0 }
        }
        return 0
    }

    func finish() throws(ExtractionError) {
        guard !isInFrame else { throw expansion.isCutOff }
    }

    private var hasLargeWindow: ExtractionError {
        ExtractionError(
            .zstd,
            "expanding `\(expansion.name)`: it asks for a window of more than \(1 << (Self.largestWindow - 20)) "
                + "MiB; compress it without `--long` and `--ultra`"
        )
    }

    private func step(_ input: Span<UInt8>, into output: inout [UInt8]) -> ExpansionStep {
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
                var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let result = unsafe ZSTD_decompressStream(stream, &to, &from)
                return unsafe ExpansionStep(
                    consumed: from.pos,
                    produced: to.pos,
                    outcome: ExpansionStep.Outcome(zstd: result)
                )
            }
        }
    }
}

extension ExpansionStep.Outcome {
    /// What a result of libzstd says: how many more bytes it asks for, or an error.
    init(zstd result: Int) {
        guard ZSTD_isError(result) != 0 else {
            self = result == 0 ? .ended : .going
            return
        }
        self =
            switch ZSTD_getErrorCode(result) {
            case ZSTD_error_frameParameter_windowTooLarge: .tooLarge
            case ZSTD_error_memory_allocation: .noMemory
            default: .damaged
            }
    }
}
