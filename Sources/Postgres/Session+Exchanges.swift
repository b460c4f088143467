extension Session {
    /// Receives all results of what was sent.
    ///
    /// - Returns: The last result.
    /// - Throws: The first error, once the session is ready for the next statement. When nothing came, what
    ///   was sent and what was received no longer belong together, and the connection is given up.
    @discardableResult
    func collectResults() throws(PostgresError) -> ResultHandle {
        if let last = try receiveResults() { return last }
        throw giveUp()
    }

    /// Gives the connection up, since nothing came where an answer was due: the next one would be taken
    /// for the answer of another statement.
    private func giveUp() -> PostgresError {
        if isBroken { return brokenError() }
        abandon()
        return PostgresError(
            .protocolViolation,
            "the server answered a statement with nothing; the connection was given up"
        )
    }

    /// Receives results until there are no more.
    private func receiveResults() throws(PostgresError) -> ResultHandle? {
        var failure: PostgresError?
        var last: ResultHandle?
        while let result = try nextResult() {
            switch result.status {
            case .completed:
                last = result
            case .failed:
                failure = failure ?? result.error(wasCancelled: canceller.isRequested)
            case .copyIn:
                failure = failure ?? .strayCopy("copyIn")
                try sendCopyEnd(failure: "unexpected COPY")
            case .copyOut:
                failure = failure ?? .strayCopy("copyOut")
                try discardCopyData()
            }
        }
        guard var failure else { return last }
        if isBroken { failure.code = .connectionLost }
        throw failure
    }

    /// Receives the answer of a statement that was sent to begin a COPY.
    private func receiveCopyStart(_ expected: ResultHandle.Status) throws(PostgresError) {
        guard let result = try nextResult() else { throw giveUp() }
        if result.status == expected { return }
        var failure: PostgresError
        switch result.status {
        case .failed:
            failure = result.error(wasCancelled: canceller.isRequested)
        case .completed:
            failure = .noCopy(expected)
        case .copyIn:
            failure = .noCopy(expected)
            try sendCopyEnd(failure: "unexpected COPY")
        case .copyOut:
            failure = .noCopy(expected)
            try discardCopyData()
        }
        // The failure is known; what is left to receive adds nothing to it.
        _ = try? receiveResults()
        if isBroken { failure.code = .connectionLost }
        throw failure
    }
}

// MARK: - COPY into the server

extension Session {
    /// Begins a COPY into the server.
    ///
    /// By the simple protocol. In the extended one libpq sends a Sync with the statement and another with
    /// the COPY's end; the first is overlooked only by a server that has begun to read the data. One that
    /// fails before, as in a trigger, answers both, and every later statement would get the answer
    /// of the one before it.
    /// https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-COPY
    func beginCopyIn(_ sql: String) throws(PostgresError) {
        try sendScript(sql)
        try receiveCopyStart(.copyIn)
        incoming = IncomingCopy()
    }

    /// Sends `bytes`, any part of the COPY's data.
    func put(_ bytes: UnsafeRawBufferPointer) throws(PostgresError) {
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            let piece = unsafe UnsafeRawBufferPointer(
                rebasing: rest.prefix(IncomingCopy.flushThreshold)
            )
            while try unsafe !buffer(piece) { try flush() }
            unsafe rest = unsafe rest.dropFirst(piece.count)
            incoming?.unflushedBytes += piece.count
            guard let copy = incoming, copy.unflushedBytes >= IncomingCopy.flushThreshold else {
                continue
            }
            try flush()
            incoming?.unflushedBytes = 0
            _ = try receiveIfReady()
            try failIfServerSpoke()
        }
    }

    /// Ends the COPY when the server seems to have refused it.
    ///
    /// - Throws: The server's error.
    func failIfServerSpoke() throws(PostgresError) {
        guard incoming?.isRefused == true else { return }
        _ = try endCopyIn(failure: "the server refused it before")
    }

    /// Ends the COPY; with `failure`, none of its rows are kept.
    ///
    /// - Returns: The number of rows.
    func endCopyIn(failure: String?) throws(PostgresError) -> Int {
        incoming = nil
        try sendCopyEnd(failure: failure)
        return try collectResults().affectedRows
    }
}

// MARK: - COPY out of the server

extension Session {
    /// How many bytes of a COPY are gathered before they are handed on.
    private static let chunkLimit = 128 * 1024

    /// Begins a COPY out of the server.
    func beginCopyOut(_ sql: String) throws(PostgresError) {
        try send(sql, ParameterList([]))
        try receiveCopyStart(.copyOut)
        isSendingCopy = true
    }

    /// The next bytes of the COPY, or its number of rows.
    func nextCopyChunk() throws(PostgresError) -> CopyChunk {
        var chunk: [UInt8] = []
        while true {
            switch try takeCopyData(into: &chunk, limit: Self.chunkLimit) {
            case .full:
                return .data(chunk)
            case .mustWait where chunk.isEmpty:
                try waitForInput()
            case .mustWait:
                guard try receiveIfReady() else { return .data(chunk) }
            case .ended where chunk.isEmpty:
                isSendingCopy = false
                return .end(rows: try collectResults().affectedRows)
            case .ended:
                return .data(chunk)
            }
        }
    }

    /// What ``nextCopyChunk()`` found.
    enum CopyChunk: Sendable {
        /// The next bytes.
        case data([UInt8])
        /// The end, after so many rows.
        case end(rows: Int)
    }

    /// Ends the COPY that is open, if one is, because its data or its rows are not wanted any more.
    ///
    /// What the server says to that is expected, so it is dropped.
    func endOpenCopy() throws(PostgresError) {
        if incoming != nil {
            _ = try? endCopyIn(failure: "given up by the client")
        }
        guard isSendingCopy else { return }
        isSendingCopy = false
        canceller.request()
        try discardCopyData()
        _ = try? collectResults()
    }

    /// Receives the rest of a COPY and drops it.
    private func discardCopyData() throws(PostgresError) {
        var dropped: [UInt8] = []
        while true {
            switch try takeCopyData(into: &dropped, limit: Self.chunkLimit) {
            case .full: dropped.removeAll(keepingCapacity: true)
            case .mustWait: try waitForInput()
            case .ended: return
            }
        }
    }
}

extension PostgresError {
    /// A COPY where a statement with a plain result was expected.
    fileprivate static func strayCopy(_ method: String) -> PostgresError {
        PostgresError(.misuse, "a COPY cannot run as a query; use `\(method)`")
    }

    /// A statement that was expected to begin a COPY and did not.
    fileprivate static func noCopy(_ expected: ResultHandle.Status) -> PostgresError {
        let form = expected == .copyIn ? "COPY … FROM STDIN" : "COPY … TO STDOUT"
        return PostgresError(.misuse, "the statement did not begin a COPY; expected `\(form)`")
    }
}
