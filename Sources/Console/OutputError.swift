/// Output that could not be written.
public struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What could not be written, why, and what is left of it.
    public let description: String

    init(_ place: String, _ error: SystemError) {
        description = "\(place) cannot be written: \(error.message); nothing of it is complete"
    }

    init(file path: String, _ error: SystemError) {
        description =
            "`\(path)` cannot be written: \(error.message); what was there before is unchanged"
    }
}
