import Rows

/// An object's bytes as they were before they were compressed, if they were: its first bytes tell, not its
/// name.
final class ExpandedInput: ByteInput {
    var name: String { input.name }
    var modified: Int64? { input.modified }
    /// In bytes as they lie there.
    var position: Int { input.position }

    private let input: any ByteInput
    private let limits: ExpansionLimits
    private var expander: (any Expander)?
    private var isOpened = false
    /// Bytes as they lie there, of which ``consumed`` are expanded.
    private var packed: [UInt8] = []
    private var packedCount = 0
    private var consumed = 0

    init(_ input: any ByteInput, limits: ExpansionLimits = ExpansionLimits()) {
        self.input = input
        self.limits = limits
    }

    nonisolated(nonsending) func read(into buffer: inout [UInt8]) async throws -> Int {
        guard isOpened else { return try await open(into: &buffer) }
        guard expander != nil else { return try await input.read(into: &buffer) }
        return try await expand(into: &buffer)
    }

    /// What was read, in bytes as they lie there.
    nonisolated(nonsending) func finish() async throws -> InputSummary {
        try await input.finish()
    }

    /// Reads the first bytes, and the bytes that they expand to.
    private nonisolated(nonsending) func open(into buffer: inout [UInt8]) async throws -> Int {
        let count = try await input.read(into: &buffer)
        isOpened = true
        if let refused = RefusedContent(buffer[..<count]) { throw refused.error(name) }
        expander = try expander(of: buffer[..<count])
        guard expander != nil else { return count }
        (packed, packedCount) = (buffer, count)
        return try await expand(into: &buffer)
    }

    /// What expands an object that begins with these bytes; `nil` when it was not compressed.
    private func expander(of start: ArraySlice<UInt8>) throws -> (any Expander)? {
        if GzipReader.isGzip(start) { return try GzipReader(name: name, limits: limits) }
        if ZstdReader.isZstd(start) { return try ZstdReader(name: name, limits: limits) }
        if BZip2Reader.isBZip2(start) { return try BZip2Reader(name: name, limits: limits) }
        if ZipReader.isZip(start) { return try ZipReader(name: name, limits: limits) }
        return nil
    }

    private nonisolated(nonsending) func expand(into buffer: inout [UInt8]) async throws -> Int {
        while true {
            if consumed == packedCount && packedCount > 0 {
                packedCount = try await input.read(into: &packed)
                consumed = 0
            }
            let rest = packed
            let count =
                try expander?
                .expand(
                    rest.span.extracting(..<packedCount),
                    consumed: &consumed,
                    into: &buffer
                ) ?? 0
            if count > 0 { return count }
            guard packedCount == 0 else { continue }
            try expander?.finish()
            return 0
        }
    }
}
