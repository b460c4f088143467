extension PostgresConnection {
    private static let repetition = Duration.milliseconds(100)

    /// Runs `body`, and has the server give up what it is asked when that takes too long.
    ///
    /// Unlike `statement_timeout` no statement can set this limit otherwise.
    ///
    /// - Parameters:
    ///   - time: How long all statements of `body` may take together.
    ///   - body: The statements.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; a statement that was given up throws a ``PostgresError`` with the code `timeout`.
    public nonisolated(nonsending) func limited<Result>(
        to time: Duration,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let end = ContinuousClock.now + time
        let watch = Task {
            try await Task.sleep(until: end)
            // One that comes between two statements is of no account.
            while true {
                cancel()
                try await Task.sleep(for: Self.repetition)
            }
        }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body())
        } catch let error as PostgresError
            where error.code == .cancelled && isUsable && !Task.isCancelled && end <= .now
        {
            outcome = .failure(
                PostgresError(.timeout, "the server was asked for longer than it may take")
            )
        } catch {
            outcome = .failure(error)
        }
        watch.cancel()
        // Afterwards it gives up no statement of somebody else.
        _ = await watch.result
        return try outcome.get()
    }
}
