/// What is known of a COPY into the server while its data is sent.
struct IncomingCopy {
    /// Bytes given to libpq since the last flush to zero.
    var unflushedBytes = 0
    private var unexplainedSince: ContinuousClock.Instant?

    /// Data is flushed to zero whenever so much has gathered: libpq's own buffer has no limit.
    static let flushThreshold = 64 * 1024
    /// A notice whose other half is still on its way has this long to arrive.
    private static let settlingTime: Duration = .milliseconds(100)

    /// The server said something; `isExplained` if it was a notice.
    ///
    /// libpq hands out an error only after the COPY's end, but until an error the server says nothing
    /// except notices. So what is not a notice is an error.
    mutating func noteInput(isExplained: Bool) {
        if isExplained {
            unexplainedSince = nil
        } else if unexplainedSince == nil {
            unexplainedSince = .now
        }
    }

    /// Whether the server has most likely refused the data.
    var isRefused: Bool {
        guard let unexplainedSince else { return false }
        return ContinuousClock.now - unexplainedSince >= Self.settlingTime
    }
}
