extension PostgresConnection {
    /// Sends rows into a table.
    ///
    /// Memory is bounded: a write returns when all but the last few kilobytes are with the operating
    /// system. An error of the server that arrives meanwhile, such as a bad row, is thrown by one of
    /// the next writes; the rows before it are not kept either.
    ///
    /// - Parameters:
    ///   - sql: `COPY … FROM STDIN`.
    ///   - body: Writes the data. When it throws, no row is kept, and its error is thrown on.
    /// - Returns: The number of rows.
    /// - Throws: What `body` throws, and ``PostgresError``.
    @discardableResult
    public nonisolated(nonsending) func copyIn(
        _ sql: SQL,
        _ body: (borrowing CopyInWriter) async throws -> Void
    ) async throws -> Int {
        try await beginCopyIn(sql.textWithoutParameters)
        do {
            try await body(CopyInWriter(self))
            return try await finishCopyIn()
        } catch {
            await endOpenCopy()
            throw error
        }
    }

    /// Receives rows of a table or query.
    ///
    /// Memory is bounded: nothing is received while `body` runs.
    ///
    /// - Parameters:
    ///   - sql: `COPY … TO STDOUT`.
    ///   - body: Is given the data in chunks of any size, which may end anywhere in a row. When it
    ///     throws, the COPY is cancelled and its error is thrown on; the connection stays usable.
    /// - Returns: The number of rows.
    /// - Throws: What `body` throws, and ``PostgresError``.
    @discardableResult
    public nonisolated(nonsending) func copyOut(
        _ sql: SQL,
        _ body: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await beginCopyOut(sql.textWithoutParameters)
        do {
            while true {
                switch try await nextCopyChunk() {
                case .data(let chunk): try await body(chunk)
                case .end(let rows): return rows
                }
            }
        } catch {
            await endOpenCopy()
            throw error
        }
    }
}

// MARK: - COPY into the server

extension PostgresConnection {
    private func beginCopyIn(_ sql: String) async throws {
        copyFailure = nil
        try await exchange { session throws(PostgresError) in
            try requireNoCopy(session)
            try session.beginCopyIn(sql)
        }
    }

    /// Sends a part of the data.
    func put(_ bytes: ArraySlice<UInt8>) async throws {
        try await put { session throws(PostgresError) in
            try unsafe bytes.withUnsafeBufferPointer { buffer throws(PostgresError) in
                try unsafe session.put(UnsafeRawBufferPointer(buffer))
            }
        }
    }

    /// Sends a part of the data.
    func put(_ bytes: Span<UInt8>) async throws {
        try await put { session throws(PostgresError) in
            try unsafe bytes.withUnsafeBufferPointer { buffer throws(PostgresError) in
                try unsafe session.put(UnsafeRawBufferPointer(buffer))
            }
        }
    }

    private func put(_ body: (Session) throws(PostgresError) -> Void) async throws {
        try await exchange { session throws(PostgresError) in
            guard session.incoming != nil else {
                throw copyFailure ?? PostgresError(.misuse, "no COPY is open on this connection")
            }
            do throws(PostgresError) {
                try body(session)
            } catch {
                copyFailure = error
                throw error
            }
        }
    }

    private func finishCopyIn() async throws -> Int {
        try await exchange { session throws(PostgresError) in
            // The body may have caught the error of a write; the rows are lost all the same.
            if let copyFailure { throw copyFailure }
            return try session.endCopyIn(failure: nil)
        }
    }
}

// MARK: - COPY out of the server

extension PostgresConnection {
    private func beginCopyOut(_ sql: String) async throws {
        try await exchange { session throws(PostgresError) in
            try requireNoCopy(session)
            try session.beginCopyOut(sql)
        }
    }

    private func nextCopyChunk() async throws -> Session.CopyChunk {
        try await exchange { session throws(PostgresError) in try session.nextCopyChunk() }
    }

    /// Ends the COPY that is open, if one is, also when the task is cancelled.
    private func endOpenCopy() async {
        // Its only errors are those of a connection that broke, and the next call says so.
        try? await exchange(.refused(within: Self.cleanupTime)) { session throws(PostgresError) in
            try session.endOpenCopy()
        }
    }
}
