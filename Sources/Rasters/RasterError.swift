import Words

/// Why there is no PNG of a picture.
public struct RasterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing went wrong.
    public enum Code: String, Sendable, Hashable {
        /// The program is not installed.
        case missing = "chart.converter_missing"
        /// There was no process.
        case notStarted = "chart.converter_not_started"
        /// It took too long.
        case late = "chart.converter_late"
        /// The program found something wrong, or was killed.
        case refused = "chart.converter_refused"
        /// The picture is too large.
        case tooLarge = "chart.too_large"
        /// Whoever asked has gone.
        case cancelled = "cancelled"
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// What was being done, what went wrong, what to do.
    public let message: String

    /// The message.
    public var description: String { message }

    /// Whether it may be different later.
    public var isTransient: Bool { code == .notStarted || code == .late }

    static func missing(_ program: String) -> RasterError {
        RasterError(
            code: .missing,
            message: "making a PNG takes `\(program)`, which is not installed: install the package "
                + "librsvg2-bin on every machine with a worker, or ask for `svg` alone"
        )
    }

    static func cannotStart(_ program: String, _ reason: String) -> RasterError {
        RasterError(
            code: .notStarted,
            message: "`\(program)` could not be started to make a PNG: \(VisibleText.line(reason))"
        )
    }

    static func late(_ program: String, _ limit: Duration) -> RasterError {
        RasterError(
            code: .late,
            message:
                "`\(program)` was stopped: it had not made a PNG within \(DurationWords.written(limit))"
        )
    }

    static func refused(_ program: String, status: Int32, saying errors: [UInt8]) -> RasterError {
        let words = String(decoding: errors.suffix(2_000), as: UTF8.self)
        let shown = VisibleText.shortened(VisibleText.line(words), to: 300)
        let said = shown.isEmpty ? "it said nothing" : "it said `\(shown)`"
        return RasterError(
            code: .refused,
            message: "`\(program)` made no PNG and ended with status \(status); \(said)"
        )
    }

    static func tooLarge(_ bytes: Int) -> RasterError {
        RasterError(
            code: .tooLarge,
            message:
                "the picture has \(grouped(bytes)) bytes, and a PNG is made of 16 MiB at most: "
                + "chart fewer values"
        )
    }

    static let cancelled = RasterError(code: .cancelled, message: "making a PNG was given up")
}
