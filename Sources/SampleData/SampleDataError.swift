/// Why sample data cannot be written.
public struct SampleDataError: Error, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// A parameter that makes no sense.
        case parameter
        /// A file or directory that cannot be made or written.
        case file
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done, what is wrong, and what to do.
    public let description: String

    static func parameter(_ name: String, _ value: some Any, expected: String) -> SampleDataError {
        SampleDataError(
            code: .parameter,
            description: "generating sample data: `\(name)` is `\(value)`; expected \(expected)"
        )
    }

    static func file(_ path: String, doing: String, reason: String) -> SampleDataError {
        SampleDataError(
            code: .file,
            description: "generating sample data: \(doing) `\(path)` failed: \(reason); "
                + "choose a directory that you may write to, with enough free space"
        )
    }
}
