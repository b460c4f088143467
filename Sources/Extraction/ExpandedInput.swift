import Rows

/// An object's bytes as they were before they were compressed, if they were: its first bytes tell, not its
/// name.
final class ExpandedInput: ByteInput {
    var name: String { input.name }

    private let input: any ByteInput
    private let limits: GzipLimits
    private var gzip: GzipReader?
    private var isOpened = false
    /// Bytes as they lie there, of which ``consumed`` are expanded.
    private var packed: [UInt8] = []
    private var packedCount = 0
    private var consumed = 0

    init(_ input: any ByteInput, limits: GzipLimits = GzipLimits()) {
        self.input = input
        self.limits = limits
    }

    nonisolated(nonsending) func read(into buffer: inout [UInt8]) async throws -> Int {
        guard isOpened else { return try await open(into: &buffer) }
        guard gzip != nil else { return try await input.read(into: &buffer) }
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
        guard GzipReader.isGzip(buffer[..<count]) else { return count }
        gzip = try GzipReader(name: input.name, limits: limits)
        (packed, packedCount) = (buffer, count)
        return try await expand(into: &buffer)
    }

    private nonisolated(nonsending) func expand(into buffer: inout [UInt8]) async throws -> Int {
        while true {
            if consumed == packedCount && packedCount > 0 {
                packedCount = try await input.read(into: &packed)
                consumed = 0
            }
            let rest = packed
            let count =
                try gzip?
                .expand(
                    rest.span.extracting(..<packedCount),
                    consumed: &consumed,
                    into: &buffer
                ) ?? 0
            if count > 0 { return count }
            guard packedCount == 0 else { continue }
            try gzip?.finish()
            return 0
        }
    }
}
