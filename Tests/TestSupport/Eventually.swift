public import Testing

/// Waits until `condition` holds, asking again every few milliseconds.
///
/// When it does not hold within `deadline`, the running test fails with `description`; however busy
/// the machine is, it is asked a few times before. An error that
/// `condition` throws counts as not yet; the last one is shown.
public func eventually(
    within deadline: Duration = .seconds(10),
    _ description: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async {
    let end = ContinuousClock.now + deadline
    var lastError: (any Error)?
    var tries = 0
    repeat {
        tries += 1
        do {
            if try await condition() { return }
            lastError = nil
        } catch {
            lastError = error
        }
        try? await Task.sleep(for: .milliseconds(10))
    } while (ContinuousClock.now < end || tries < 5) && !Task.isCancelled
    let reason = lastError.map { "; the last try failed with: \($0)" } ?? ""
    Issue.record("not within \(deadline): \(description)\(reason)", sourceLocation: sourceLocation)
}
