import Words

/// Where logs go: standard error, each event one line, whatever foreign text it holds.
public struct LogStream: TextOutputStream, Sendable {
    /// A stream to standard error.
    public init() {}

    /// Writes one event.
    public mutating func write(_ event: String) {
        Output.note(Self.line(event))
    }

    /// An event without the end of its line, the invisible visible.
    static func line(_ event: String) -> String {
        VisibleText.line(event.hasSuffix("\n") ? String(event.dropLast()) : event)
    }
}
