/// Takes the data of a COPY into a table, in pieces of any size.
///
/// It is valid inside the closure of ``PostgresConnection/copyIn(_:_:)`` only. Each write costs a
/// call to the connection's thread, so give it tens of kilobytes at a time.
public struct CopyInWriter: ~Copyable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// Sends `bytes`; they may begin and end anywhere in a row.
    ///
    /// - Throws: ``PostgresError``, also for what was written before.
    public nonisolated(nonsending) func write(_ bytes: [UInt8]) async throws {
        try await connection.put(bytes[...])
    }

    /// Sends a part of an array, without copying it.
    public nonisolated(nonsending) func write(_ bytes: ArraySlice<UInt8>) async throws {
        try await connection.put(bytes)
    }

    /// Sends bytes that somebody else owns, without copying them.
    public nonisolated(nonsending) func write(_ bytes: Span<UInt8>) async throws {
        try await connection.put(bytes)
    }
}
