import CZlib

/// The owner of one `z_stream`, which must not move in memory.
@safe
final class Inflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// What surrounds the compressed bytes.
    enum Wrapping: Int32 {
        /// gzip's header and checksum: 15 is the largest window, 16 asks for them.
        case gzip = 31
        /// Nothing, as in zip.
        case none = -15
    }

    init?(_ wrapping: Wrapping) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(
            stream,
            wrapping.rawValue,
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

    func step(_ input: Span<UInt8>, into output: inout [UInt8]) -> ExpansionStep {
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                // zlib does not write through `next_in`; its type lacks the `const`.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                return unsafe ExpansionStep(
                    given: (source.count, target.count),
                    left: (stream.pointee.avail_in, stream.pointee.avail_out),
                    ExpansionStep.Outcome(zlib: status)
                )
            }
        }
    }

    /// The CRC-32 of some bytes behind others whose own is `sum`.
    static func checksum(_ sum: UInt32, _ bytes: ArraySlice<UInt8>) -> UInt32 {
        // To zlib, no bytes at no address are a question for the first sum.
        guard !bytes.isEmpty else { return sum }
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe UInt32(
                truncatingIfNeeded: crc32(UInt(sum), bytes.baseAddress, UInt32(bytes.count))
            )
        }
    }
}

extension ExpansionStep.Outcome {
    /// What a status of zlib says.
    init(zlib status: Int32) {
        self =
            switch status {
            case Z_OK, Z_BUF_ERROR: .going
            case Z_STREAM_END: .ended
            case Z_MEM_ERROR: .noMemory
            default: .damaged
            }
    }
}
