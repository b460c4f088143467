import Rows

/// The bytes of one object of a source, as they lie there, from the first to the last.
protocol ByteInput: AnyObject {
    /// The object's name in its source, for messages.
    var name: String { get }
    /// When it was modified last, in nanoseconds since 1970; `nil` where nobody says.
    var modified: Int64? { get }
    /// How many bytes have been read.
    var position: Int { get }
    /// Reads the next bytes into the beginning of `buffer`, and gives their number; 0 at the end.
    ///
    /// The first bytes come at least ten at once, where there are as many: they tell what the rest is.
    nonisolated(nonsending) func read(into buffer: inout [UInt8]) async throws -> Int
    /// What was read, once it has ended, when the object is still the one that was opened.
    ///
    /// - Throws: ``ExtractionError`` when it has changed meanwhile.
    nonisolated(nonsending) func finish() async throws -> InputSummary
}

extension ByteInput {
    var modified: Int64? { nil }

    /// The object's size and digest, after reading it to its end.
    nonisolated(nonsending) func digested() async throws -> InputSummary {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while try await read(into: &buffer) > 0 {}
        return try await finish()
    }
}
