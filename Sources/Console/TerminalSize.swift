import Foundation

/// How large the terminal on standard error is, now: people resize it.
public struct TerminalSize: Sendable {
    /// Characters in a line.
    public let columns: Int
    /// Lines.
    public let rows: Int

    /// Whether pictures can be drawn over each other on standard error: it is a terminal that knows escape
    /// sequences, and nobody has asked for text without them (<https://no-color.org>).
    public static var canDraw: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDERR_FILENO) == 1
            && !["", "dumb"].contains(environment["TERM", default: ""])
            && environment["NO_COLOR", default: ""].isEmpty
    }

    /// `nil` where standard error is no terminal, or one that does not say.
    public static func current() -> TerminalSize? {
        var size = winsize()
        let answer = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
        guard answer == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}
